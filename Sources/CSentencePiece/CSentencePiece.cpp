#include "CSentencePiece.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

// libsentencepiece and libc10 both define a global variable of this name: an object of 32 bytes here, an int there. In a
// program that links both, the loader would give the object the int's place, and its constructor would overwrite the
// settings of libc10 that follow. A program's own definition comes before both: this one has room for the object, and
// libc10 only reads its int when it is asked to set up logging, which nothing here does.
extern "C" __attribute__((visibility("default"), used, retain)) alignas(64) char FLAGS_minloglevel[1024];
alignas(64) char FLAGS_minloglevel[1024];

struct csp_model {
  sentencepiece::SentencePieceProcessor processor;
};

namespace {

void report(char **message, const std::string &text) {
  const auto line = text.substr(0, text.find('\n'));
  *message = static_cast<char *>(std::malloc(line.size() + 1));
  if (*message) std::memcpy(*message, line.c_str(), line.size() + 1);
}

/// Copies `size` bytes to memory of the caller's; never null unless memory is exhausted.
void *give(const void *bytes, size_t size) {
  void *copy = std::malloc(size > 0 ? size : 1);
  if (copy && size > 0) std::memcpy(copy, bytes, size);
  return copy;
}

template <class Body>
bool guarded(char **message, Body &&body) noexcept {
  try {
    const auto status = body();
    if (status.ok()) return true;
    report(message, status.ToString());
  } catch (const std::exception &failure) {
    report(message, failure.what());
  } catch (...) {
    report(message, "unknown C++ exception");
  }
  return false;
}

class Sentences : public sentencepiece::SentenceIterator {
 public:
  Sentences(const char *const *sentences, size_t count) : sentences_(sentences), count_(count) { read(); }
  bool done() const override { return index_ >= count_; }
  void Next() override {
    index_++;
    read();
  }
  const std::string &value() const override { return value_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void read() {
    if (index_ < count_) value_ = sentences_[index_];
  }
  const char *const *sentences_;
  size_t count_;
  size_t index_ = 0;
  std::string value_;
};

}  // namespace

bool csp_load(const void *bytes, size_t count, csp_model **out, char **message) {
  return guarded(message, [&] {
    auto *model = new csp_model;
    const auto status = model->processor.LoadFromSerializedProto({static_cast<const char *>(bytes), count});
    if (status.ok()) {
      *out = model;
    } else {
      delete model;
    }
    return status;
  });
}

void csp_free(csp_model *model) { delete model; }

int32_t csp_size(const csp_model *model) { return model->processor.GetPieceSize(); }

int32_t csp_id(const csp_model *model, const char *piece) { return model->processor.PieceToId(piece); }

int32_t csp_unknown(const csp_model *model) { return model->processor.unk_id(); }

int32_t csp_begin(const csp_model *model) { return model->processor.bos_id(); }

int32_t csp_end(const csp_model *model) { return model->processor.eos_id(); }

char *csp_piece(const csp_model *model, int32_t id) {
  try {
    const auto &piece = model->processor.IdToPiece(id);
    return static_cast<char *>(give(piece.c_str(), piece.size() + 1));
  } catch (...) {
    return nullptr;
  }
}

bool csp_encode(
    const csp_model *model, const char *text, size_t byte_count, int32_t **ids, size_t *count, char **message) {
  return guarded(message, [&] {
    std::vector<int> pieces;
    const auto status = model->processor.Encode({text, byte_count}, &pieces);
    static_assert(sizeof(int) == sizeof(int32_t), "ids are 32 bits wide");
    if (status.ok()) {
      *ids = static_cast<int32_t *>(give(pieces.data(), pieces.size() * sizeof(int32_t)));
      *count = pieces.size();
    }
    return status;
  });
}

bool csp_decode(
    const csp_model *model, const int32_t *ids, size_t count, char **text, size_t *byte_count, char **message) {
  return guarded(message, [&] {
    std::string decoded;
    const auto status = model->processor.Decode(std::vector<int>(ids, ids + count), &decoded);
    if (status.ok()) {
      *text = static_cast<char *>(give(decoded.data(), decoded.size()));
      *byte_count = decoded.size();
    }
    return status;
  });
}

bool csp_train(
    const char *options, const char *const *sentences, size_t count, char **bytes, size_t *byte_count,
    char **message) {
  return guarded(message, [&] {
    Sentences iterator(sentences, count);
    std::string model;
    // As a map: the trainer prints a command line that it is given.
    std::unordered_map<std::string, std::string> settings;
    std::istringstream words(options);
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      settings[word.substr(0, equals)] = word.substr(equals + 1);
    }
    const auto status = sentencepiece::SentencePieceTrainer::Train(settings, &iterator, &model);
    if (status.ok()) {
      *bytes = static_cast<char *>(give(model.data(), model.size()));
      *byte_count = model.size();
    }
    return status;
  });
}
