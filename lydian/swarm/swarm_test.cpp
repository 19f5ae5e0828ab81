#include <gtest/gtest.h>

#include <array>
#include <libtorrent/torrent_info.hpp>

#include "lydian/crypto/ed25519.h"
#include "lydian/merkle/tree.h"
#include "lydian/swarm/announcement.h"
#include "lydian/swarm/blob_id.h"
#include "lydian/swarm/endpoint.h"
#include "lydian/swarm/info_dictionary.h"

namespace lydian::swarm {
namespace {

const std::string kDigits(64, 'a');

TEST(BlobIdText, accepts_what_it_writes) {
  for (const std::string& text : {kDigits + ":0", kDigits + ":1", kDigits + ":281474976710656"}) {
    const auto id = parse_blob_id(text);
    ASSERT_TRUE(id) << text << ": " << id.error().message;
    EXPECT_EQ(to_text(*id), text);
  }
}

TEST(BlobIdText, refuses_everything_else) {
  const std::string upper(64, 'A');
  for (const std::string& text : {std::string(),
                                  kDigits,
                                  kDigits + ":",
                                  std::string(":5"),
                                  kDigits + ":-1",
                                  kDigits + ":+1",
                                  kDigits + ": 1",
                                  kDigits + ":01",
                                  kDigits + ":1 ",
                                  kDigits + ":1x",
                                  kDigits + ":281474976710657",
                                  kDigits + ":18446744073709551616",
                                  kDigits + ":99999999999999999999999",
                                  upper + ":1",
                                  "0x" + kDigits.substr(2) + ":1",
                                  "0x" + kDigits + ":1",
                                  kDigits + "a:1",
                                  kDigits.substr(1) + ":1",
                                  kDigits + "-1",
                                  std::string(64, 'g') + ":1",
                                  kDigits + ":1" + std::string(1, '\0')})
    EXPECT_FALSE(parse_blob_id(text)) << text;
}

TEST(EndpointText, accepts_what_it_writes) {
  for (const std::string text : {"127.0.0.1:1", "203.0.113.9:65535", "[::1]:6881", "[2001:db8::7]:80"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint) << text << ": " << endpoint.error().message;
    EXPECT_EQ(to_text(*endpoint), text);
  }
}

TEST(EndpointText, refuses_everything_else) {
  for (const std::string text : {"",
                                 ":",
                                 "127.0.0.1",
                                 "127.0.0.1:",
                                 "127.0.0.1:0",
                                 "127.0.0.1:65536",
                                 "127.0.0.1:080",
                                 "127.0.0.1:+80",
                                 "127.0.0.1:80 ",
                                 " 127.0.0.1:80",
                                 "127.0.0.1:80:80",
                                 "127.1:80",
                                 "127.0.0.256:80",
                                 "127.0.0.01:80",
                                 "::1:80",
                                 "[::1]",
                                 "[::1]80",
                                 "[::1:80",
                                 "[]:80",
                                 "[127.0.0.1]:80",
                                 "[0:0:0:0:0:0:0:1]:80",
                                 "[::1%lo]:80",
                                 "[2001:DB8::7]:80",
                                 "localhost:80",
                                 "example.org:80",
                                 "http://127.0.0.1:80"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
  EXPECT_FALSE(parse_endpoint(std::string("127.0.0.1\0:80", 13)));
  EXPECT_FALSE(parse_endpoint("127.0.0.1:8" + std::string(100, '0')));
}

TEST(PieceLength, grows_with_the_blob_between_its_bounds) {
  constexpr std::uint64_t kMiB = 1 << 20;
  EXPECT_EQ(piece_length_for(1), kMiB / 4);
  EXPECT_EQ(piece_length_for(512 * kMiB), kMiB / 4);
  EXPECT_EQ(piece_length_for(512 * kMiB + 1), kMiB / 2);
  EXPECT_EQ(piece_length_for(kBlobBytesMax), 16 * kMiB);
}

// libtorrent is the other implementation: it reads the dictionary and hashes it by itself.
TEST(InfoDictionary, is_what_libtorrent_understands_and_hashes_alike) {
  for (const std::size_t size : {std::size_t{1}, merkle::kBlockBytes, std::size_t{600000}}) {
    const BlobId id = blob_id_of(Bytes(size, 7));
    const std::string torrent = "d4:info" + info_dictionary(id) + "e";
    libtorrent::error_code error;
    const libtorrent::torrent_info info(libtorrent::span<const char>(torrent), error, libtorrent::from_span);
    ASSERT_FALSE(error) << error.message();
    EXPECT_EQ(info.info_hashes().v2.to_string(), as_text(info_hash(id).view()));
    EXPECT_FALSE(info.info_hashes().has_v1());
    const libtorrent::file_index_t blob(0);  // libtorrent lets a padding file follow it
    EXPECT_EQ(info.files().file_path(blob), id.root.hex());
    EXPECT_EQ(info.files().file_size(blob), static_cast<std::int64_t>(size));
    EXPECT_EQ(info.files().root(blob).to_string(), as_text(id.root.view()));
  }
}

TEST(InfoDictionary, hash_depends_on_root_and_length) {
  const BlobId id = blob_id_of(Bytes(100, 7));
  EXPECT_NE(info_hash(id), info_hash({id.root, 101}));
  EXPECT_NE(info_hash(id), info_hash({blob_id_of(Bytes(100, 8)).root, 100}));
}

class AnnouncementTest : public testing::Test {
 protected:
  AnnouncementTest() {
    announcement_.node = key_.public_key();
    announcement_.job = 5;
    announcement_.checkpoint = 6;
    announcement_.sequence = 7;
    announcement_.latest = blob_id_of(Bytes(100, 1));
    announcement_.endpoints = {*parse_endpoint("127.0.0.1:6881"), *parse_endpoint("[::1]:6882")};
  }
  /// A record whose signature is right although its body may be wrong.
  Bytes resign(Bytes body) const {
    const auto signature = key_.sign(body);
    body.insert(body.end(), signature.begin(), signature.end());
    return body;
  }
  Bytes body() const {
    Bytes record = sign_announcement(announcement_, key_);
    record.resize(record.size() - 64);
    return record;
  }

  crypto::Ed25519Key key_ = crypto::Ed25519Key::from_seed({1, 2, 3});
  Announcement announcement_;
};

TEST_F(AnnouncementTest, gives_back_what_was_signed) {
  EXPECT_EQ(*verify_announcement(sign_announcement(announcement_, key_)), announcement_);
  announcement_.endpoints.clear();
  announcement_.sequence = kAnnouncementSequenceMax;
  EXPECT_EQ(*verify_announcement(sign_announcement(announcement_, key_)), announcement_);
}

TEST_F(AnnouncementTest, fits_an_item_of_the_dht_at_its_longest) {
  announcement_.endpoints.assign(kAnnouncementEndpointsMax,
                                 *parse_endpoint("[2001:db8:1111:2222:3333:4444:5555:6666]:65535"));
  const Bytes record = sign_announcement(announcement_, key_);
  EXPECT_LE(record.size(), kAnnouncementBytesMax);
  EXPECT_LT(kAnnouncementBytesMax, 1000U - 5);  // bencoded with its length
  EXPECT_EQ(*verify_announcement(record), announcement_);
}

TEST_F(AnnouncementTest, has_the_documented_bytes) {
  announcement_.endpoints.resize(1);
  const Bytes record = sign_announcement(announcement_, key_);
  ASSERT_EQ(record.size(), 4 + 1 + 32 + 3 * 8 + 32 + 8 + 1 + 1 + 14 + 64U);
  EXPECT_EQ(to_hex(ByteView(record).first(5)), "4c59444101");
  EXPECT_EQ(to_hex(ByteView(record).subspan(5, 32)), to_hex(key_.public_key()));
  EXPECT_EQ(to_hex(ByteView(record).subspan(37, 24)), "050000000000000006000000000000000700000000000000");
  EXPECT_EQ(to_hex(ByteView(record).subspan(93, 8)), "6400000000000000");
  EXPECT_EQ(as_text(ByteView(record).subspan(101, 16)),
            "\x01\x0e"
            "127.0.0.1:6881");
}

TEST_F(AnnouncementTest, refuses_a_change_of_any_byte_and_any_other_length) {
  const Bytes record = sign_announcement(announcement_, key_);
  for (std::size_t i = 0; i < record.size(); ++i) {
    Bytes changed = record;
    changed[i] ^= 0x10;
    EXPECT_FALSE(verify_announcement(changed)) << "byte " << i;
    EXPECT_FALSE(verify_announcement(ByteView(record).first(i))) << "first " << i;
  }
  Bytes longer = record;
  longer.push_back(0);
  EXPECT_FALSE(verify_announcement(longer));
  EXPECT_FALSE(verify_announcement(Bytes(kAnnouncementBytesMax + 1)));
}

TEST_F(AnnouncementTest, refuses_well_signed_nonsense) {
  ASSERT_TRUE(verify_announcement(resign(body())));
  const auto refuses = [&](std::size_t offset, std::uint8_t value) {
    Bytes changed = body();
    changed[offset] = value;
    return !verify_announcement(resign(changed));
  };
  EXPECT_TRUE(refuses(0, 'l'));    // another kind of record
  EXPECT_TRUE(refuses(4, 2));      // another version
  EXPECT_TRUE(refuses(60, 0x80));  // sequence above 2^63 - 1
  EXPECT_TRUE(refuses(100, 1));    // length above the limit
  EXPECT_TRUE(refuses(101, 1));    // fewer endpoints than follow
  EXPECT_TRUE(refuses(101, 3));    // more
  EXPECT_TRUE(refuses(101, kAnnouncementEndpointsMax + 1));
  EXPECT_TRUE(refuses(102, 13));   // an endpoint cut short
  EXPECT_TRUE(refuses(103, 'x'));  // no endpoint
  Bytes trailing = body();
  trailing.push_back(0);
  EXPECT_FALSE(verify_announcement(resign(trailing)));
}

TEST_F(AnnouncementTest, replaces_an_older_one_only) {
  Announcement newer = announcement_;
  newer.sequence = 8;
  EXPECT_TRUE(replaces(newer, announcement_));
  EXPECT_FALSE(replaces(announcement_, newer));
  EXPECT_FALSE(replaces(announcement_, announcement_));
}

}  // namespace
}  // namespace lydian::swarm
