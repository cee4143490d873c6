"""gphoto2 shows live view."""
import os

import harness
import ptpip

START_LIVE_VIEW, END_LIVE_VIEW, GET_LIVE_VIEW_IMAGE, DEVICE_READY, NOT_LIVE_VIEW, BUSY = 0x9201, 0x9202, 0x9203, 0x90C8, 0xA00B, 0x2019


class Preview(harness.Test):
    def test_capture_preview(self):
        where = self.gphoto2(self.camera().port, "--capture-preview").where
        self.assertIsJpeg(os.path.join(where, "capture_preview.jpg"))

    def test_preview_then_picture(self):
        port = self.camera("--set", "CompressionSetting=2").port
        where = self.gphoto2(port, "--capture-preview", "--capture-image-and-download").where
        names = [name for name in sorted(os.listdir(where)) if name.endswith(".jpg")]
        self.assertEqual(2, len(names), names)
        for name in names:
            self.assertIsJpeg(os.path.join(where, name))

    def test_frames_move(self):
        port = self.camera().port
        with ptpip.Client(port) as client:
            self.assertEqual(NOT_LIVE_VIEW, client.do(GET_LIVE_VIEW_IMAGE).code)
            self.assertEqual(ptpip.OK, client.do(START_LIVE_VIEW).code)
            harness.wait_until(lambda: client.do(DEVICE_READY).code == ptpip.OK, what="DeviceReady")
            frames = set()

            def enough():
                reply = client.do(GET_LIVE_VIEW_IMAGE)
                if reply.code == ptpip.OK:
                    frames.add(reply.data)
                else:
                    self.assertEqual(BUSY, reply.code)
                return len(frames) >= 5
            harness.wait_until(enough, what="five different frames")
            self.assertEqual(ptpip.OK, client.do(END_LIVE_VIEW).code)
        for number, frame in enumerate(frames):
            self.assertEqual(b"\xff\xd8\xff", frame[384:387])
            path = self.path(f"frame{number}.jpg")
            with open(path, "wb") as file:
                file.write(frame[384:])
            self.assertIsJpeg(path)

    def test_movie(self):
        where = self.gphoto2(self.camera().port, "--capture-movie=10").where
        with open(os.path.join(where, "movie.mjpg"), "rb") as file:
            self.assertGreaterEqual(file.read().count(b"\xff\xd8\xff"), 10)


if __name__ == "__main__":
    harness.main(["gphoto2", "djpeg", "exiftool"])
