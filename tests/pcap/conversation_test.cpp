#include "pcap/conversation.h"

#include <gtest/gtest.h>

#include "wire.h"

namespace stuntcam::pcap {
namespace {

using namespace test;

struct Followed {
  Conversation conversation;
  std::shared_ptr<const Transaction> at;
  void head(bool sent, const ptp::Message& message, View) {
    conversation.head(sent, message);
    at = conversation.transaction(sent);
  }
  void payload(bool sent, View bytes) { conversation.payload(sent, bytes); }
};

TEST(Conversation, KnowsTheChannelFromTheFirstPacket) {
  Followed command, event;
  EXPECT_EQ(name(command.conversation.channel()), "?");
  feed(command, false, packet(1, Body().add(Bytes(16)).add(u16{'a'}).add(u16{0}).add(u32{0x00010000})));
  feed(event, false, packet(3, Body().add(u32{7})));
  EXPECT_EQ(command.conversation.channel(), Channel::command);
  EXPECT_EQ(event.conversation.channel(), Channel::event);
}

TEST(Conversation, PutsDataAndResponseToTheirRequest) {
  Followed talk;
  feed(talk, false, request(0x1004, 5));
  feed(talk, true, start_data(5, 8));
  feed(talk, true, end_data(5, {1, 0, 0, 0, 1, 0, 1, 0}));
  feed(talk, true, response(0x2001, 5));
  ASSERT_TRUE(talk.at);
  EXPECT_EQ(talk.at->request.code, 0x1004);
  ASSERT_TRUE(talk.at->data);
  EXPECT_TRUE(talk.at->data->sent);
  EXPECT_EQ(talk.at->data->announced, 8u);
  EXPECT_EQ(talk.at->data->size, 8u);
  ASSERT_TRUE(talk.at->response);
  EXPECT_EQ(talk.at->response->code, 0x2001);
}

TEST(Conversation, AnswersAreInTheOrderOfTheRequests) {
  Followed talk;
  feed(talk, false, request(0x1004, 5));
  feed(talk, false, request(0x1007, 5));  // before the answer, with the same id: real clients do both
  feed(talk, true, response(0x2001, 5));
  EXPECT_EQ(talk.at->request.code, 0x1004);
  feed(talk, true, response(0x2001, 5));
  EXPECT_EQ(talk.at->request.code, 0x1007);
}

TEST(Conversation, DataFromTheInitiatorBelongsToWhatItAskedLast) {
  Followed talk;
  feed(talk, false, request(0x100C, 1, {}, 2));
  feed(talk, false, start_data(99, 3));
  feed(talk, false, end_data(99, {1, 2, 3}));
  ASSERT_TRUE(talk.at);
  EXPECT_EQ(talk.at->request.code, 0x100C);
  EXPECT_EQ(talk.at->data->kept, (Bytes{1, 2, 3}));
  EXPECT_FALSE(talk.at->data->sent);
}

TEST(Conversation, KeepsNoMoreThanItShould) {
  Followed talk;
  feed(talk, false, request(0x1009, 1));
  feed(talk, true, start_data(1, 300'000));
  feed(talk, true, end_data(1, Bytes(300'000)), 10'000);
  EXPECT_EQ(talk.at->data->size, 300'000u);
  EXPECT_EQ(talk.at->data->kept.size(), max_excerpt);
  feed(talk, true, response(0x2001, 1));
  feed(talk, false, request(0x1007, 2));
  feed(talk, true, start_data(2, 300'000));
  feed(talk, true, end_data(2, Bytes(300'000)), 10'000);
  EXPECT_EQ(talk.at->data->kept.size(), max_data_set);
}

TEST(Conversation, SurvivesWhatMakesNoSense) {
  Followed talk;
  feed(talk, true, response(0x2001, 1));
  feed(talk, true, end_data(1, {1, 2}));
  feed(talk, false, end_data(1, {1, 2}));
  for (u32 i = 0; i < 1000; ++i) feed(talk, false, request(0x1001, i));
  feed(talk, true, response(0x2001, 1));
  ASSERT_TRUE(talk.at);
  EXPECT_EQ(talk.at->request.transaction_id, 1000 - max_outstanding);
  feed(talk, true, start_data(1, 4));
  feed(talk, false, start_data(1, 4));  // both directions at once
  feed(talk, false, end_data(1, {1, 2, 3, 4}));
}

}  // namespace
}  // namespace stuntcam::pcap
