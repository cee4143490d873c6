#include "fuzz/engine/structure.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ptp/datasets.h"

namespace stuntcam::fuzz {
namespace {

using ptp::OperationCode;

const Field* find(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

TEST(Structure, KnowsWhereTheFieldsOfADataSetAre) {
  ptp::ObjectInfo info;
  info.filename = "A.JPG";
  const auto fields = fields_of(OperationCode::GetObjectInfo, encode(info));
  const auto* name = find(fields, "Filename");
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->at, 52u);
  EXPECT_EQ(name->size, 1u + 2 * 6);
  EXPECT_EQ(name->kind, Field::Kind::string);
  EXPECT_EQ(find(fields, "StorageID")->at, 0u);
  EXPECT_EQ(fields.size(), 19u);
}

TEST(Structure, TellsTheFieldsThatAreThereOfADataSetThatIsCutShort) {
  const Bytes bytes = encode(ptp::ObjectInfo{});
  EXPECT_EQ(fields_of(OperationCode::GetObjectInfo, View(bytes).first(7)).size(), 2u);
}

TEST(Structure, TellsCountsElementsTypesAndForms) {
  ptp::DevicePropDesc desc;
  desc.type = ptp::DataType::uint16;
  desc.factory_default = desc.current = ptp::Value(desc.type, 1);
  desc.form = ptp::EnumerationForm{{ptp::Value(desc.type, 1), ptp::Value(desc.type, 2)}};
  const auto fields = fields_of(OperationCode::GetDevicePropDesc, encode(desc));
  EXPECT_EQ(find(fields, "DataType")->kind, Field::Kind::type);
  EXPECT_EQ(find(fields, "FormFlag")->kind, Field::Kind::form);
  const auto* values = find(fields, "SupportedValues");
  ASSERT_NE(values, nullptr);
  EXPECT_EQ(values->kind, Field::Kind::count);
  EXPECT_EQ(std::ranges::count(fields, "SupportedValues", &Field::name), 3);
}

TEST(Structure, KnowsNothingOfOtherData) { EXPECT_TRUE(fields_of(OperationCode::GetObject, Bytes(100)).empty()); }

}  // namespace
}  // namespace stuntcam::fuzz
