# Sourced in the guest: Debian's umtp-responder on a controller that the kernel plays. Arguments: FOLDER-OF-THE-PACKAGE
responder=$1/usr/bin/umtprd
modprobe dummy_hcd
modprobe libcomposite
modprobe usb_f_fs
mount -t configfs none /sys/kernel/config
gadget=/sys/kernel/config/usb_gadget/g1
mkdir -p $gadget && cd $gadget
echo 0x1d6b > idVendor
echo 0x0100 > idProduct
echo 0x0200 > bcdUSB
mkdir -p strings/0x409 configs/c.1/strings/0x409 functions/ffs.mtp
echo SN1 > strings/0x409/serialnumber
echo Maker > strings/0x409/manufacturer
echo Gadget > strings/0x409/product
ln -s functions/ffs.mtp configs/c.1/
mkdir -p /dev/ffs-mtp
mount -t functionfs mtp /dev/ffs-mtp
mkdir -p /tmp/store /etc/umtprd
head -c 67108864 /dev/urandom > /tmp/store/BIG.BIN
for size in 1 500 1012; do head -c $size /dev/urandom > /tmp/store/S$size.BIN; done
sed 's,"/var/lib/umtp","/tmp/store",' "$1/etc/umtprd/umtprd.conf" > /etc/umtprd/umtprd.conf
$responder > /tmp/umtprd.log 2>&1 &
for _ in $(seq 600); do [ -e /dev/ffs-mtp/ep3 ] && break; sleep 0.1; done
ls /sys/class/udc > $gadget/UDC
