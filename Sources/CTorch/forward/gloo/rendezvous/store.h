// The part of gloo that c10d's header names, for a libtorch that has gloo inside but ships none of its headers.
// Nothing of gloo is made or called here: only pointers to these types pass through c10d.
#ifndef CTORCH_FORWARD_GLOO_STORE_H
#define CTORCH_FORWARD_GLOO_STORE_H

#include <chrono>
#include <string>
#include <vector>

namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds);
};
namespace transport {
class Device;
class UnboundBuffer {
 public:
  virtual ~UnboundBuffer();
};
}  // namespace transport
namespace rendezvous {
class Store {
 public:
  virtual ~Store();
  virtual void set(const std::string &, const std::vector<char> &) = 0;
  virtual std::vector<char> get(const std::string &) = 0;
  virtual void wait(const std::vector<std::string> &) = 0;
  virtual void wait(const std::vector<std::string> &, const std::chrono::milliseconds &) = 0;
};
}  // namespace rendezvous
}  // namespace gloo
#endif
