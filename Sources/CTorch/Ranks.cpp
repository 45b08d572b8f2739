#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <c10/util/Logging.h>
#include <signal.h>
#include <sys/prctl.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "Guard.h"

using namespace ctorch;

struct ctorch_group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  // Counts up in the store while this process lives, whatever else it is busy with.
  std::thread heart;
  std::mutex mutex;
  std::condition_variable stopped;
  bool is_stopped = false;
};

namespace {
constexpr auto beat_interval = std::chrono::milliseconds(250);

std::string beat_key(int32_t rank) { return "beat/" + std::to_string(rank); }

void beat(ctorch_group *group, c10::intrusive_ptr<c10d::Store> store, int32_t rank) {
  std::unique_lock<std::mutex> lock(group->mutex);
  while (!group->is_stopped) {
    try {
      store->add(beat_key(rank), 1);
    } catch (...) {
      return;  // The store is gone, and rank 0 with it.
    }
    group->stopped.wait_for(lock, beat_interval, [&] { return group->is_stopped; });
  }
}

// The bytes of one message; small tensors travel together.
constexpr int64_t bucket_bytes = 25 << 20;

void sum_bucket(c10d::ProcessGroupGloo &gloo, std::vector<at::Tensor> &bucket) {
  if (bucket.empty()) return;
  std::vector<at::Tensor> flat;
  for (const auto &tensor : bucket) flat.push_back(tensor.reshape({-1}));
  // Gloo works in the host's memory; tensors of a device travel through it.
  std::vector<at::Tensor> message{at::cat(flat).to(at::kCPU)};
  gloo.allreduce(message)->wait();
  int64_t start = 0;
  for (auto &tensor : bucket) {
    tensor.copy_(message[0].narrow(0, start, tensor.numel()).view(tensor.sizes()));
    start += tensor.numel();
  }
  bucket.clear();
}
}  // namespace

ctorch_status ctorch_group_join(
    const char *host, uint16_t port, bool serves, const char *prefix, int32_t rank, int32_t world,
    double timeout_seconds, ctorch_group **out, ctorch_error *error) {
  return guarded(error, [&] {
    // What goes wrong is an error of this library; c10d would also print it, with a stack trace.
    signal(SIGPIPE, SIG_IGN);  // Gloo may write to one that is gone.
    setenv("TORCH_CPP_LOG_LEVEL", "FATAL", 0);
    c10::initLogging();
    const auto timeout = std::chrono::milliseconds(static_cast<int64_t>(timeout_seconds * 1000));
    c10d::TCPStoreOptions store_options;
    store_options.port = port;
    store_options.isServer = serves;
    store_options.numWorkers = static_cast<std::size_t>(world);
    store_options.timeout = timeout;
    c10::intrusive_ptr<c10d::Store> store = c10::make_intrusive<c10d::PrefixStore>(
        prefix, c10::make_intrusive<c10d::TCPStore>(host, store_options));
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    const std::string name(host);
    options->devices.push_back(
        name == "localhost" || name.rfind("127.", 0) == 0
            ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
            : c10d::ProcessGroupGloo::createDefaultDevice());
    auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, world, options);
    auto *group = new ctorch_group;
    group->store = store;
    group->gloo = gloo;
    group->heart = std::thread(beat, group, store->clone(), rank);
    *out = group;
  });
}

void ctorch_group_free(ctorch_group *group) {
  ctorch_group_close(group);
  {
    std::lock_guard<std::mutex> lock(group->mutex);
    group->is_stopped = true;
  }
  group->stopped.notify_all();
  if (group->heart.joinable()) group->heart.join();
  delete group;
}

ctorch_status ctorch_group_sum(ctorch_group *group, ctorch_tensors tensors, ctorch_error *error) {
  return guarded(error, [&] {
    c10::NoGradGuard unrecorded;
    TORCH_CHECK(group->gloo, "the ranks are no longer connected");
    std::vector<at::Tensor> bucket;
    int64_t bytes = 0;
    for (auto &tensor : borrow(tensors)) {
      const int64_t size = tensor.numel() * tensor.element_size();
      if (!bucket.empty() && (bytes + size > bucket_bytes || bucket[0].scalar_type() != tensor.scalar_type())) {
        sum_bucket(*group->gloo, bucket);
        bytes = 0;
      }
      bucket.push_back(tensor);
      bytes += size;
    }
    sum_bucket(*group->gloo, bucket);
  });
}

void ctorch_group_close(ctorch_group *group) {
  ctorch_error error{};
  guarded(&error, [&] { group->gloo.reset(); });
  free(error.message);
}

void ctorch_follow_parent(void) { prctl(PR_SET_PDEATHSIG, SIGTERM); }

ctorch_status ctorch_group_set(ctorch_group *group, const char *key, ctorch_error *error) {
  return guarded(error, [&] { group->store->set(key, std::vector<uint8_t>{1}); });
}

ctorch_status ctorch_group_beats(ctorch_group *group, int32_t rank, int64_t *out, ctorch_error *error) {
  return guarded(error, [&] { *out = group->store->add(beat_key(rank), 0); });
}

ctorch_status ctorch_group_has(ctorch_group *group, const char *key, bool *out, ctorch_error *error) {
  return guarded(error, [&] { *out = group->store->check({key}); });
}
