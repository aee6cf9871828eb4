#include "returning_member.hpp"

#include "error.hpp"
#include "native_2_protocol.hpp"
#include "text_protocol.hpp"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include <utility>

namespace asio_chat::bench {

namespace {

// The numbers of docs/protocol/asio_chat.proto.
constexpr std::uint32_t send_request = 1, hello_request = 2;
constexpr protozero::pbf_tag_type entries_answer = 1, welcome_answer = 4, room_answer = 5,
                                  gap_answer = 10;

std::string position_of(std::uint64_t epoch, std::uint64_t offset) {
  std::string position;
  protozero::pbf_writer fields(position);
  fields.add_uint64(1, epoch);
  fields.add_uint64(2, offset);
  return position;
}

} // namespace

returning_member::returning_member(std::string name, std::string room, const payload& texts)
    : name_(std::move(name))
    , room_(std::move(room))
    , texts_(texts) {
  seen_.note(0); // so that number 1 is not the first that it may see
}

void returning_member::login(std::string& out) {
  std::string hello;
  protozero::pbf_writer fields(hello);
  fields.add_string(1, name_);
  fields.add_string(3, room_);
  if (!token_.empty()) fields.add_string(5, token_);
  if (epoch_ != 0)
    fields.add_message(6, position_of(epoch_, offset_));
  else
    fields.add_uint64(7, 0); // nothing of what was said before
  native_2_protocol::append(hello_request, hello, out);
}

void returning_member::more(std::string& out) {
  out += std::exchange(out_, {});
}

void returning_member::say(std::string_view text) {
  std::string message;
  protozero::pbf_writer fields(message);
  fields.add_uint64(1, ++ids_);
  fields.add_string(3, room_);
  fields.add_string(4, text.data(), text.size());
  native_2_protocol::append(send_request, message, out_);
}

void returning_member::lost() {
  in_the_room_ = false;
  in_.clear();
}

void returning_member::heard(std::string_view bytes) {
  constexpr auto header = text_protocol::header_bytes;
  in_ += bytes;
  std::string_view rest = in_;
  while (rest.size() >= header && rest.size() - header >= text_protocol::frame_length(rest)) {
    const auto length = text_protocol::frame_length(rest);
    take_message(rest.substr(header, length));
    rest.remove_prefix(header + length);
  }
  in_.erase(0, in_.size() - rest.size());
}

void returning_member::take_message(std::string_view message) {
  protozero::pbf_reader in(message.data(), message.size());
  if (!in.next() || in.wire_type() != protozero::pbf_wire_type::length_delimited) return;
  switch (in.tag()) {
  case entries_answer: {
    const auto entries = in.get_view();
    return take_entries({entries.data(), entries.size()});
  }
  case welcome_answer:
    for (auto welcome = in.get_message(); welcome.next();) {
      if (welcome.tag() == 5)
        token_ = welcome.get_string();
      else
        welcome.skip();
    }
    return;
  case room_answer:
    in_the_room_ = true;
    for (auto room = in.get_message(); room.next();) {
      if (room.tag() != 5 || epoch_ != 0) {
        room.skip();
        continue;
      }
      for (auto head = room.get_message(); head.next();) {
        if (head.tag() == 1)
          epoch_ = head.get_uint64();
        else if (head.tag() == 2)
          offset_ = head.get_uint64();
        else
          head.skip();
      }
    }
    return;
  case gap_answer:
    throw run_error(name_ + " was told of a gap");
  default:
    return;
  }
}

void returning_member::take_entries(std::string_view entries) {
  protozero::pbf_reader in(entries.data(), entries.size());
  std::uint64_t next = 0;
  while (in.next()) {
    if (in.tag() == 2) {
      next = in.get_uint64();
    } else if (in.tag() == 4) {
      for (auto entry = in.get_message(); entry.next();) {
        if (entry.tag() != 2) {
          entry.skip();
          continue;
        }
        const auto text = entry.get_view();
        const auto [what, of] = texts_.read({text.data(), text.size()});
        if (what == payload::verdict::good) seen_.note(of.sequence);
      }
      offset_ = next++;
    } else {
      in.skip();
    }
  }
}

} // namespace asio_chat::bench
