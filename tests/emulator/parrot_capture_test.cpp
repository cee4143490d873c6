// Pictures of a Sequoia: five sensors, series by time and by place, and what the files say.
#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "tests/emulator/parrot.h"
#include "tests/emulator/tiff_reader.h"

namespace stuntcam::tests {
namespace {

namespace op = parrot::operation;
namespace property = parrot::property;
namespace mode = parrot::mode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr u16 jpeg = 0x3801, tiff = 0x380D, still_capture_mode = 0x5013, timelapse_number = 0x501A,
              timelapse_interval = 0x501B;

std::string ending(const ptp::ObjectInfo& info) { return info.filename.substr(info.filename.size() - 7); }

std::vector<std::string> endings(const std::vector<ptp::ObjectInfo>& files) {
  std::vector<std::string> out;
  for (const auto& file : files) out.push_back(ending(file));
  return out;
}

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

std::vector<u16> samples(const Bytes& file) {
  const auto fields = TiffFile(file).directory();
  std::vector<u16> out(fields.at(279).number() / 2);
  std::memcpy(out.data(), file.data() + fields.at(273).number(), 2 * out.size());
  return out;
}
double mean(const std::vector<u16>& samples) {
  double sum = 0;
  for (const u16 sample : samples) sum += sample;
  return sum / static_cast<double>(samples.size());
}

// One picture from the narrow bands, as files in the order of their sensors.
std::vector<Bytes> shoot_bands(SequoiaStage& stage, SequoiaPlay& client) {
  EXPECT_EQ(client.set(property::PhotoSensorEnableMask, u32{30}), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(5);
  client.added();
  std::vector<Bytes> files;
  for (const u32 handle : client.handles_added) files.push_back(client.object(handle));
  EXPECT_THAT(files, SizeIs(4));
  return files;
}

TEST(ParrotCapture, OneFileForEachSensorOfTheMask) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  const std::vector<std::string> all{"RGB.JPG", "GRE.TIF", "RED.TIF", "REG.TIF", "NIR.TIF"};
  for (u32 mask = 1; mask <= 31; ++mask) {
    EXPECT_EQ(client.set(property::PhotoSensorEnableMask, mask), Code::OK);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    stage.advance(5);
    std::vector<std::string> expected;
    for (std::size_t sensor = 0; sensor < all.size(); ++sensor)
      if ((mask >> sensor & 1) != 0) expected.push_back(all[sensor]);
    EXPECT_EQ(endings(client.added()), expected) << mask;
  }
  EXPECT_EQ(client.set(property::PhotoSensorEnableMask, u32{0}), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::PhotoSensorEnableMask, u32{32}), Code::InvalidDevicePropValue);
}

// As the vendor's Python client writes it.
TEST(ParrotCapture, TheSizeThatIsSet) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.set(0x5003, std::string_view("4000 x 3000")), Code::OK);
  EXPECT_EQ(client.get(0x5003), ptp::Value("4000 x 3000"));
  EXPECT_EQ(client.set(property::PhotoSensorEnableMask, u32{1}), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(5);
  const auto files = client.added();
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_EQ(files[0].image_pix_width, 4000u);
  EXPECT_EQ(files[0].image_pix_height, 3000u);
  // Its EXIF has the two as fields of one u32 each.
  Bytes fields;
  ptp::Writer writer(fields);
  for (const auto& [tag, value] : {std::pair<u16, u32>{0xA002, 4000}, {0xA003, 3000}}) {
    writer.integer(tag);
    writer.integer(u16{4});
    writer.integer(u32{1});
    writer.integer(value);
  }
  const Bytes picture = client.object(client.handles_added[0]);
  EXPECT_FALSE(std::ranges::search(picture, fields).empty());
  EXPECT_EQ(client.set(0x5003, std::string_view("4000 x 4000")), Code::InvalidDevicePropValue);
}

TEST(ParrotCapture, EventsOfOneTransactionAndCompleteAtTheEnd) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera(), 1), other(stage.camera(), 2);
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  stage.advance(5);
  const auto events = client.events();
  ASSERT_GE(events.size(), 8u);
  EXPECT_EQ(events.front().code, 0xC201);  // it is busy
  EXPECT_EQ(events.front().params[0] & 1, 1u);
  EXPECT_EQ(events[events.size() - 2].code, 0xC201);
  EXPECT_EQ(events[events.size() - 2].params[0] & 1, 0u);
  EXPECT_EQ(events.back(), event(Event::CaptureComplete, {transaction}, transaction));
  for (const auto& each : events)
    if (each.code == 0x4002) {
      EXPECT_EQ(each.transaction_id, transaction);
    }
  EXPECT_EQ(other.events().size(), events.size());
}

TEST(ParrotCapture, SensorsThatAreKeptOnAreFaster) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(1.9);
  EXPECT_THAT(client.added(), IsEmpty());
  stage.advance(0.2);
  EXPECT_THAT(client.added(), SizeIs(5));
  EXPECT_EQ(client.set(property::PhotoSensorsKeepOn, u32{1}), Code::OK);
  stage.advance(10);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(0.6);
  EXPECT_THAT(client.added(), SizeIs(5));
}

TEST(ParrotCapture, AFormatLeavesTheOthersOut) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, jpeg}), Code::OK);
  stage.advance(5);
  EXPECT_THAT(endings(client.added()), ElementsAre("RGB.JPG"));
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, tiff}), Code::OK);
  stage.advance(5);
  EXPECT_THAT(client.added(), SizeIs(4));
  EXPECT_EQ(client.set(property::PhotoSensorEnableMask, u32{1}), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, tiff}), Code::InvalidObjectFormatCode);
}

TEST(ParrotCapture, ObjectInfoTellsTheFiles) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.set(0x5011, std::string_view("20240506T101500")), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture, {sd_card}), Code::OK);
  stage.advance(5);
  const auto files = client.added();
  ASSERT_THAT(files, SizeIs(5));
  EXPECT_THAT(files[0].filename, testing::MatchesRegex("IMG_240506_10150[0-9]_0000_RGB.JPG"));
  EXPECT_EQ(files[0].object_format, jpeg);
  EXPECT_EQ(files[0].image_pix_width, 4608u);
  EXPECT_EQ(files[0].image_pix_height, 3456u);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_EQ(files[i].object_format, tiff);
    EXPECT_EQ(files[i].image_pix_width, 1280u);
    EXPECT_EQ(files[i].image_pix_height, 960u);
    EXPECT_EQ(files[i].image_bit_depth, 16u);
  }
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(files[i].storage_id, sd_card);
    EXPECT_EQ(client.object(client.handles_added[i]).size(), files[i].object_compressed_size);
    EXPECT_EQ(client.ask(Op::GetThumb, {client.handles_added[i]}), Code::OK);
    EXPECT_EQ(client.data().size(), files[i].thumb_compressed_size);
  }
}

TEST(ParrotCapture, BandsAreTiffsInTheRangeOfTheirBits) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.set(0x5011, std::string_view("20240621T120000")), Code::OK);
  for (const u32 depth : {10, 8}) {
    EXPECT_EQ(client.set(property::MultispectralBitDepth, depth), Code::OK);
    const u16 most = static_cast<u16>((1 << depth) - 1);
    std::set<std::string> names;
    for (const Bytes& file : shoot_bands(stage, client)) {
      const auto fields = TiffFile(file).directory();
      EXPECT_EQ(fields.at(256).number(), 1280u);
      EXPECT_EQ(fields.at(257).number(), 960u);
      EXPECT_EQ(fields.at(258).number(), 16u);
      EXPECT_EQ(fields.at(281).number(), most);
      EXPECT_EQ(fields.at(271).text(), "Parrot S.A.");
      const auto xmp = text(fields.at(700).raw);
      const auto begin = xmp.find("<Camera:BandName><rdf:Seq><rdf:li>") + 34;
      names.insert(xmp.substr(begin, xmp.find('<', begin) - begin));
      const auto drawn = samples(file);
      EXPECT_LE(std::ranges::max(drawn), most);
      EXPECT_GT(mean(drawn), most / 20);
      EXPECT_LT(mean(drawn), most * 0.9);
    }
    EXPECT_THAT(names, ElementsAre("Green", "NIR", "Red", "Red edge"));
  }
}

TEST(ParrotCapture, PlantsShineInTheInfraredAndPicturesDiffer) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.set(0x5011, std::string_view("20240621T120000")), Code::OK);
  stage.advance(80);
  const auto first = shoot_bands(stage, client);
  EXPECT_GT(mean(samples(first[3])), 1.5 * mean(samples(first[1])));
  const auto second = shoot_bands(stage, client);
  EXPECT_NE(samples(first[0]), samples(second[0]));
}

TEST(ParrotCapture, ManualExposureCounts) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  using ptp::DataType;
  EXPECT_EQ(client.set(0x5011, std::string_view("20240621T120000")), Code::OK);
  EXPECT_EQ(client.set(property::ExposureProgramMode, DataType::array_of_uint16, {2, 1, 1, 2, 2}), Code::OK);
  EXPECT_EQ(client.set(property::ExposureTime, DataType::array_of_uint32, {1, 500, 1000, 1, 1}), Code::OK);
  EXPECT_EQ(client.set(property::ExposureIndex, DataType::array_of_uint16, {0xFFFF, 0xFFFF, 200, 100, 100}), Code::OK);
  const auto files = shoot_bands(stage, client);
  const auto exif = [&](std::size_t file) {
    const TiffFile read(files[file]);
    return read.directory(static_cast<u32>(read.directory().at(0x8769).number()));
  };
  EXPECT_DOUBLE_EQ(exif(0).at(0x829A).rationals().at(0), 0.0005);
  EXPECT_DOUBLE_EQ(exif(1).at(0x829A).rationals().at(0), 0.001);
  EXPECT_EQ(exif(1).at(0x8827).number(), 200u);
  EXPECT_GT(exif(2).at(0x829A).rationals().at(0), 0.0001);  // automatic
  EXPECT_EQ(client.set(property::ExposureTime, DataType::array_of_uint32, {1, 1000, 1000, 1, 1}), Code::OK);
  const auto longer = shoot_bands(stage, client);
  EXPECT_NEAR(mean(samples(longer[0])) / mean(samples(files[0])), 2, 0.2);
}

TEST(ParrotCapture, TheSameSeedGivesTheSameFiles) {
  const auto talk = [](u64 seed) {
    SequoiaStage stage;
    stage.options.seed = seed;
    SequoiaPlay client(stage.camera());
    stage.advance(50);
    return shoot_bands(stage, client);
  };
  EXPECT_EQ(talk(1), talk(1));
  EXPECT_NE(talk(1), talk(2));
}

// Latitude, longitude and altitude that a file of either kind says.
std::array<double, 3> place_of(const Bytes& file) {
  const bool is_tiff = file[0] == 'I';
  const std::size_t begin = is_tiff ? 0 : 12;  // behind the markers, the length and "Exif"
  const View bytes = View(file).subspan(begin, is_tiff ? file.size() : 30'000);
  u32 directory = 0;
  std::memcpy(&directory, bytes.data() + 4, 4);
  u16 count = 0;
  std::memcpy(&count, bytes.data() + directory, 2);
  u32 gps = 0;
  for (u32 i = 0; i < count; ++i) {
    u16 tag = 0;
    std::memcpy(&tag, bytes.data() + directory + 2 + 12 * i, 2);
    if (tag == 0x8825) std::memcpy(&gps, bytes.data() + directory + 2 + 12 * i + 8, 4);
  }
  EXPECT_NE(gps, 0u) << "no place";
  if (gps == 0) return {};
  const auto fields = TiffFile(bytes).directory(gps);
  const auto angle = [&](u16 tag) {
    const auto parts = fields.at(tag).rationals();
    const auto side = fields.at(static_cast<u16>(tag - 1)).text();
    return (parts[0] + parts[1] / 60 + parts[2] / 3600) * (side == "S" || side == "W" ? -1 : 1);
  };
  return {angle(2), angle(4), fields.at(6).rationals().at(0) * (fields.at(5).number() == 1 ? -1 : 1)};
}

TEST(ParrotCapture, PicturesSayWhereTheyWereTaken) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  stage.advance(80);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(1.99999);
  EXPECT_THAT(client.added(), IsEmpty());
  const auto gps = client.numbers(op::GetGPSValues);
  stage.advance(0.1);
  ASSERT_THAT(client.added(), SizeIs(5));
  for (const u32 handle : client.handles_added) {
    const auto place = place_of(client.object(handle));
    EXPECT_NEAR(place[0], gps[3] + gps[4] / 60.0 + gps[5] / 3.6e9, 3e-5);
    EXPECT_NEAR(place[1], gps[0] + gps[1] / 60.0 + gps[2] / 3.6e9, 3e-5);
    EXPECT_NEAR(place[2], gps[6] / 100.0, 1);
  }
}

Bytes geotag(i32 latitude, i32 longitude, i32 altitude) {
  Bytes data;
  ptp::Writer writer(data);
  writer.integer(u32{0xFFFFFFFF});
  writer.integer(i64{1'700'000'000'000});
  for (const i32 value : {latitude, longitude, altitude, 9, 1000, 2000, 1, 2, 3, 4000, 5000, 6000})
    writer.integer(value);
  return data;
}

TEST(ParrotCapture, AGeotagIsInTheNextPictureOnly) {
  SequoiaStage stage("later-firmware");
  SequoiaPlay client(stage.camera());
  const Bytes tag = geotag(-123'456'789, 1'234'567'891, -25'500);
  EXPECT_EQ(tag.size(), 60u);
  EXPECT_EQ(client.send(op::SetGeotag, {}, tag), Code::OK);
  EXPECT_NE(client.status() & 1 << 5, 0u);  // somebody else's GPS
  for (const bool tagged : {true, false}) {
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    stage.advance(5);
    ASSERT_THAT(client.added(), SizeIs(5));
    for (const u32 handle : client.handles_added) {
      const Bytes file = client.object(handle);
      const auto place = place_of(file);
      EXPECT_NEAR(place[0], tagged ? -12.3456789 : 48.4, tagged ? 1e-8 : 0.1);
      EXPECT_NEAR(place[1], tagged ? 123.4567891 : 2.1, tagged ? 1e-8 : 0.1);
      EXPECT_NEAR(place[2], tagged ? -25.5 : 150, 0.001);
      const auto yaw = text(Bytes(file.begin(), file.begin() + 12'000));
      if (tagged) {
        EXPECT_THAT(yaw, HasSubstr("Camera:Yaw=\"6.0000\" Camera:Pitch=\"5.0000\" Camera:Roll=\"4.0000\""));
      }
    }
  }
}

TEST(ParrotCapture, AGeotagThatIsNoneIsRefused) {
  SequoiaStage stage("later-firmware");
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.send(op::SetGeotag, {}, Bytes(59)), Code::InvalidDataSet);
  EXPECT_EQ(client.send(op::SetGeotag, {}, Bytes(61)), Code::InvalidDataSet);
  EXPECT_EQ(client.send(op::SetGeotag, {}, geotag(900'000'001, 0, 0)), Code::InvalidDataSet);
  EXPECT_EQ(client.send(op::SetGeotag, {}, geotag(0, 1'800'000'001, 0)), Code::InvalidDataSet);
}

TEST(ParrotCapture, WithoutItsModuleNobodyKnowsWhere) {
  SequoiaStage stage("no-sunshine-module");
  SequoiaPlay client(stage.camera());
  for (const Bytes& file : shoot_bands(stage, client)) EXPECT_FALSE(TiffFile(file).directory().contains(0x8825));
  EXPECT_EQ(client.set(still_capture_mode, u16{mode::gps_distance}), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::GeneralError);
}

struct Series {
  SequoiaStage stage;
  SequoiaPlay client{stage.camera()};
  u32 transaction = 0;
  explicit Series(i64 capture_mode) {
    EXPECT_EQ(client.set(property::PhotoSensorEnableMask, u32{2}), Code::OK);
    EXPECT_EQ(client.set(property::PhotoSensorsKeepOn, u32{1}), Code::OK);
    EXPECT_EQ(client.set(still_capture_mode, static_cast<u16>(capture_mode)), Code::OK);
    stage.advance(10);
  }
  void open() {
    transaction = client.transaction_id;
    EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::OK);
  }
};

TEST(ParrotSeries, TimeLapseUntilItIsTerminated) {
  Series series(mode::time_lapse);
  EXPECT_EQ(series.client.set(timelapse_interval, u32{2000}), Code::OK);
  series.open();
  series.stage.advance(0.6);
  EXPECT_THAT(series.client.added(), SizeIs(1));
  for (int i = 0; i < 5; ++i) {
    series.stage.advance(2);
    EXPECT_THAT(series.client.added(), SizeIs(1)) << i;
  }
  EXPECT_EQ(series.client.ask(Op::TerminateOpenCapture, {series.transaction + 77}), Code::InvalidTransactionID);
  EXPECT_EQ(series.client.ask(Op::TerminateOpenCapture, {series.transaction}), Code::OK);
  series.stage.advance(20);
  for (const auto& each : series.client.events()) EXPECT_EQ(each.code, 0xC201) << std::hex << each.code;
}

TEST(ParrotSeries, TimeLapseOfSoMany) {
  Series series(mode::time_lapse);
  EXPECT_EQ(series.client.set(timelapse_number, u16{3}), Code::OK);
  series.open();
  series.stage.advance(60);
  EXPECT_THAT(series.client.added(), SizeIs(3));
  EXPECT_EQ(series.client.ask(Op::TerminateOpenCapture, {series.transaction}), Code::CaptureAlreadyTerminated);
}

TEST(ParrotSeries, EveryTenMetres) {
  Series series(mode::gps_distance);
  EXPECT_EQ(series.client.set(property::GPSInterval, u32{1000}), Code::OK);
  series.open();
  series.stage.advance(5);
  EXPECT_THAT(series.client.added(), SizeIs(1));  // still on the ground, but for the first
  series.stage.advance(60);
  series.client.added();
  std::vector<std::array<double, 3>> places;
  for (int i = 0; i < 12; ++i) {
    series.stage.advance(2);  // at 5 m/s
    for ([[maybe_unused]] const auto& file : series.client.added())
      places.push_back(place_of(series.client.object(series.client.handles_added.front())));
  }
  EXPECT_GE(places.size(), 11u);
  for (std::size_t i = 1; i < places.size(); ++i) {
    const double metres = 111'195;
    const double apart = std::hypot((places[i][0] - places[i - 1][0]) * metres,
                                    (places[i][1] - places[i - 1][1]) * metres * std::cos(48.4 * 3.14159265 / 180));
    EXPECT_NEAR(apart, 10, 3.5);  // less where it turns in between
  }
}

TEST(ParrotSeries, NoneComesWhileItStands) {
  SequoiaStage stage("on-the-ground");
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.set(still_capture_mode, u16{mode::gps_distance}), Code::OK);
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::OK);
  stage.advance(1000);
  EXPECT_THAT(client.added(), SizeIs(5));
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {transaction}), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
}

TEST(ParrotSeries, SoThatPicturesOverlap) {
  Series series(mode::automatic_overlap);
  const auto taken = [&](u8 overlap) {
    EXPECT_EQ(series.client.set(property::OverlapRate, overlap), Code::OK);
    series.open();
    series.stage.advance(20);
    const auto files = series.client.added();
    EXPECT_EQ(series.client.ask(Op::TerminateOpenCapture, {series.transaction}), Code::OK);
    series.stage.advance(2);  // one that was being exposed
    series.client.events();
    return files.size();
  };
  series.stage.advance(60);  // in the air, 50 m up: a picture covers 45 m, 9 s of flight
  EXPECT_THAT(taken(80), testing::AllOf(testing::Ge(10u), testing::Le(12u)));
  EXPECT_THAT(taken(50), testing::AllOf(testing::Ge(4u), testing::Le(6u)));
}

TEST(ParrotSeries, AnOrdinaryOpenCaptureGoesOnToo) {
  Series series(mode::normal);
  series.open();
  series.stage.advance(10);
  EXPECT_GE(series.client.added().size(), 9u);
  EXPECT_EQ(series.client.ask(Op::TerminateOpenCapture, {series.transaction}), Code::OK);
}

}  // namespace
}  // namespace stuntcam::tests
