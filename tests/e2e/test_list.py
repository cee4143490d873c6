"""gphoto2 looks around and downloads: summary, storage, listing, files of every awkward size, thumbnails, EXIF."""
import os
import re

import harness

SIZES = {"EMPTY.MOV": 0, "ONE.MOV": 1, "BELOW64K.MOV": 65535, "AT64K.MOV": 65536, "ABOVE64K.MOV": 65537,
         "BELOW1M.MOV": (1 << 20) - 1, "AT1M.MOV": 1 << 20, "ABOVE1M.MOV": (1 << 20) + 1, "FIVE.MOV": 5_000_000}


class List(harness.Test):
    def media(self):
        for seed, (name, size) in enumerate(SIZES.items()):
            harness.write_pattern(self.path("media", "DCIM", "100TEST", name), size, seed)
        harness.make_photo(self.path("media", "DCIM", "100TEST", "PHOTO.JPG"))
        with open(self.path("media", "DCIM", "101ÄÖÜ", "Größe 1.TXT"), "wb") as file:
            file.write(b"another folder")
        return self.path("media")

    def originals(self):
        found = {}
        for folder, _, names in os.walk(self.path("media")):
            for name in names:
                found[name] = os.path.join(folder, name)
        return found

    def test_summary(self):
        out = self.gphoto2(self.camera().port, "--summary")
        for expected in ["Manufacturer: Nikon Corporation", "Model: D5300", "Version: V1.03", "Vendor Extension ID:",
                         "store_00010001", "Battery Level", "F-Number"]:
            self.assertIn(expected, out)

    def test_storage_info(self):
        out = self.gphoto2(self.camera().port, "--storage-info")
        self.assertIn("basedir=/store_00010001", out)
        self.assertRegex(out, r"totalcapacity=[1-9]\d+ KB")
        self.assertRegex(out, r"free=[1-9]\d+ KB")

    def test_list_files(self):
        media = self.media()
        port = self.camera("--media", media).port
        out = self.gphoto2(port, "--list-files")
        for name, original in self.originals().items():
            self.assertIn(name, out)
        self.assertIn("/store_00010001/DCIM/101ÄÖÜ", out)
        listed = self.gphoto2(port, "--num-files", "--folder", "/store_00010001/DCIM/100TEST")
        self.assertRegex(listed, rf"\b{len(SIZES) + 1}\b")

    def test_get_one_file_after_the_other(self):
        port = self.camera("--media", self.media()).port
        out = self.gphoto2(port, "--list-files")
        numbers = dict(re.findall(r"^#(\d+)\s+(\S+)", out, re.MULTILINE))
        self.assertLessEqual(set(SIZES), set(numbers.values()))
        for number, name in numbers.items():
            if name in SIZES:
                where = self.gphoto2(port, "--get-file", number).where
                self.assertSameFile(self.originals()[name], os.path.join(where, name))

    def test_get_all_files(self):
        port = self.camera("--media", self.media()).port
        where = self.gphoto2(port, "--get-all-files").where
        for name, original in self.originals().items():
            self.assertSameFile(original, os.path.join(where, name))

    def test_synthetic_card_is_the_same_for_the_same_seed(self):
        first, second, third = (self.camera("--seed", seed).port for seed in ("7", "7", "8"))
        folders = [self.gphoto2(port, "--get-file", "1-2").where for port in (first, second, third)]
        names = sorted(name for name in os.listdir(folders[0]) if name.startswith("DSC"))
        self.assertEqual(2, len(names))
        for name in names:
            self.assertSameFile(*(os.path.join(folder, name) for folder in folders[:2]))
            with open(os.path.join(folders[0], name), "rb") as one, open(os.path.join(folders[2], name), "rb") as other:
                self.assertNotEqual(one.read(), other.read())
        self.assertIsJpeg(os.path.join(folders[0], names[0]))

    def test_thumbnail(self):
        harness.make_photo(self.path("media", "DCIM", "100TEST", "PHOTO.JPG"))
        where = self.gphoto2(self.camera("--media", self.path("media")).port, "--get-thumbnail", "1").where
        thumb = os.path.join(where, "thumb_PHOTO.jpg")
        self.assertIsJpeg(thumb)
        told = self.exif(thumb)
        self.assertEqual((160, 120), (told["ImageWidth"], told["ImageHeight"]))
        with open(thumb, "rb") as small, open(self.path("media", "DCIM", "100TEST", "PHOTO.JPG"), "rb") as whole:
            self.assertIn(small.read(), whole.read())

    def test_thumbnail_of_a_synthetic_picture(self):
        where = self.gphoto2(self.camera().port, "--get-thumbnail", "1").where
        thumb = next(name for name in os.listdir(where) if name.startswith("thumb_"))
        self.assertIsJpeg(os.path.join(where, thumb))

    def test_exif(self):
        harness.make_photo(self.path("media", "DCIM", "100TEST", "PHOTO.JPG"), model="A Test Camera")
        out = self.gphoto2(self.camera("--media", self.path("media")).port, "--show-exif", "1")
        self.assertRegex(out, r"Model\s*\|A Test Camera")
        out = self.gphoto2(self.camera().port, "--show-exif", "1")
        self.assertRegex(out, r"Model\s*\|.*D5300")

    def test_show_info(self):
        harness.make_photo(self.path("media", "DCIM", "100TEST", "PHOTO.JPG"), 800, 600)
        out = self.gphoto2(self.camera("--media", self.path("media")).port, "--show-info", "1")
        self.assertRegex(out, r"Width:\s+800 pixel")
        self.assertRegex(out, r"Height:\s+600 pixel")
        self.assertRegex(out, rf"Size:\s+{os.path.getsize(self.path('media', 'DCIM', '100TEST', 'PHOTO.JPG'))} byte")


if __name__ == "__main__":
    harness.main(["gphoto2", "cjpeg", "djpeg", "exiftool", "cmp"])
