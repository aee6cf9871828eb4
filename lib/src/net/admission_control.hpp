// Which connections are taken on before they have logged in: decided before any work is done.
#pragma once

#include "base/clock.hpp"
#include "net/address_key.hpp"
#include "net/penalties.hpp"

#include <asio_chat/admission_limits.hpp>
#include <asio_chat/server_counters.hpp>

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::net {

/// Why a connection is refused.
enum class refused_for {
  nothing,    ///< it is not
  penalty,    ///< its address has misbehaved
  address,    ///< its address has as many strangers as it may
  network,    ///< its network has
  strangers,  ///< there are as many as there may be
  early,      ///< there soon would be: it was refused at random
  handshakes, ///< as many handshakes are under way as there may be
  memory,     ///< the strangers take as many bytes as they may
};

/// For the log.
std::string_view phrase_of(refused_for why) noexcept;

using place_in_network = boost::intrusive::set_base_hook<boost::intrusive::tag<class in_network>>;
using place_of_silent = boost::intrusive::list_base_hook<boost::intrusive::tag<class of_silent>>;

/// A connection that has not logged in. It has to leave before it is destroyed.
class stranger : public place_in_network, public place_of_silent {
 public:
  /// Another connection gets its place: it has to end now.
  virtual void give_way() = 0;

 protected:
  stranger() = default;
  ~stranger() = default;

 private:
  friend class admission_control;
  enum class stage { uncounted, silent, handshake, login };
  stage at_ = stage::uncounted;
  std::uint64_t number_ = 0;      ///< the later it came, the higher
  std::size_t place_ = 0;         ///< among all
  std::size_t working_place_ = 0; ///< among those whose first byte has come
  address_key host_{};
};

/// Numbers for what is refused at random: nobody gains much by guessing them.
std::function<double()> random_chance();

class admission_control {
 public:
  /// What a stranger is taken to cost from its first byte on. A test holds the half handshake to
  /// it.
  static constexpr std::size_t bytes_each = std::size_t{64} * 1024;

  /// @param chance a number from 0 to below 1, another one each time
  /// All must live as long; the limits may change.
  admission_control(const admission_limits& limits, const clock& time, server_counters& counters,
                    std::function<double()> chance);
  admission_control(const admission_control&) = delete;
  admission_control& operator=(const admission_control&) = delete;

  bool has_limits_for(const boost::asio::ip::address& a) const {
    return limits_.loopback || !is_loopback(a);
  }

  /// A connection has come from there: whether it is refused, which is counted. May make another
  /// one give way.
  refused_for knock(const boost::asio::ip::address& from);
  /// It is let in; if it is counted from here on, `leave` has to follow.
  void enter(stranger& s, const boost::asio::ip::address& from);
  /// Its first byte has come. Whether it is refused, which is counted: then it shall end. May make
  /// another one give way.
  refused_for begin_handshake(stranger& s);
  void end_handshake(stranger& s);
  static bool counts(const stranger& s) noexcept { return s.at_ != stranger::stage::uncounted; }
  /// What it did counts from now on, though it may take a while until it has ended. Once: what it
  /// does after that is `none`.
  void blame(const stranger& s, offence did);
  /// It has logged in, or ended.
  /// @param did what it did, if it was not blamed yet
  void leave(stranger& s, offence did = offence::none);

  std::size_t strangers() const noexcept { return strangers_.size(); }
  std::size_t handshakes() const noexcept { return handshakes_; }
  const penalties& penalised() const noexcept { return penalties_; }
  /// What is used of each limit, what was refused, and which addresses are, for an operator.
  std::vector<std::string> describe() const;

 private:
  struct older {
    bool operator()(const stranger& a, const stranger& b) const noexcept {
      return a.number_ < b.number_;
    }
  };
  using by_age = boost::intrusive::set<stranger, boost::intrusive::base_hook<place_in_network>,
                                       boost::intrusive::compare<older>>;
  struct network {
    by_age silent;
    by_age working; ///< their first byte has come
    std::size_t size() const noexcept { return silent.size() + working.size(); }
    stranger* oldest(bool of_working) noexcept;
  };
  using networks = std::map<address_key, network>;

  /// Those that have most come first.
  class ranking {
   public:
    void change(const address_key& n, std::size_t from, std::size_t to);
    /// Of none: 0.
    std::pair<std::size_t, address_key> first() const;

   private:
    struct more {
      using ranked = std::pair<std::size_t, address_key>;
      bool operator()(const ranked& a, const ranked& b) const noexcept {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
      }
    };
    std::set<more::ranked, more> ranked_;
  };

  /// All of a kind, in no order: one of them is drawn, and goes, at once.
  class crowd {
   public:
    explicit crowd(std::size_t stranger::*place)
        : place_(place) {}
    void add(stranger& s);
    void remove(const stranger& s);
    std::size_t size() const noexcept { return all_.size(); }
    /// @param chance from 0 to below 1
    stranger* draw(double chance) const;

   private:
    std::size_t stranger::*place_;
    std::vector<stranger*> all_;
  };

  refused_for judge(const boost::asio::ip::address& from);
  refused_for judge_total(const address_key& host);
  refused_for count(refused_for why);
  std::size_t strangers_of(const address_key& network_key) const;
  bool displace_for(std::size_t own, bool working);

  const admission_limits& limits_;
  server_counters& counters_;
  std::function<double()> chance_;
  penalties penalties_;
  // Whoever comes while there is no place costs no more than one of a few: so nothing here is gone
  // through.
  networks networks_;                        ///< those that have strangers
  std::map<address_key, std::size_t> hosts_; ///< how many each has
  ranking by_strangers_;
  ranking by_working_;
  crowd strangers_{&stranger::place_};
  crowd working_{&stranger::working_place_};
  boost::intrusive::list<stranger, boost::intrusive::base_hook<place_of_silent>>
      silent_; ///< oldest first
  std::size_t handshakes_ = 0;
  std::uint64_t last_number_ = 0;
};

} // namespace asio_chat::net
