internal import ByteIO
internal import CSentencePiece
internal import Glibc

/// Fits a byte-pair tokenizer like Llama's to a few texts, for models that are trained from scratch.
///
/// Its last ``actionCount`` pieces stand for actions, as the last ids of Llama's vocabulary do in OpenVLA; they are
/// control pieces, which no text encodes to. Ids 0, 1 and 2 are unknown, begin and end; the next 256 are bytes, so
/// that every text can be encoded. Equal texts and sizes give equal bytes.
public struct TokenizerFit: Sendable {
  /// The pieces that stand for actions.
  public static let actionCount = 256
  /// The pieces in any tokenizer: three special ones, 256 bytes, and the actions.
  public static let fixedCount = 3 + 256 + actionCount

  /// The pieces in all.
  public let size: Int

  /// - Precondition: `size` is at least ``fixedCount``.
  public init(size: Int) {
    precondition(size >= Self.fixedCount, "a tokenizer has \(Self.fixedCount) fixed pieces")
    self.size = size
  }

  /// Returns the serialized model fitted to `texts`, whose order and repetition do not matter.
  ///
  /// Where the texts yield fewer pieces than asked for, the rest are unused ones before the actions.
  ///
  /// - Throws: `TextError` where the texts have more different characters than there is room for.
  public func model(_ texts: [String]) throws(TextError) -> [UInt8] {
    let sentences = Set(texts).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard !sentences.isEmpty else { throw TextError(place: "tokenizer", "there are no texts to fit it to") }
    let characters = Set(sentences.flatMap(\.unicodeScalars)).count
    let room = size - Self.fixedCount
    guard room > characters else {
      throw TextError(
        .usage, place: "tokenizer",
        "\(size) pieces have no room for the texts' \(characters) characters; "
          + "use --size \(Self.fixedCount + characters + 1) or more")
    }
    let options = [
      "model_type=bpe", "vocab_size=\(size - Self.actionCount)", "hard_vocab_limit=false",
      "byte_fallback=true", "character_coverage=1.0", "normalization_rule_name=identity",
      "add_dummy_prefix=true", "remove_extra_whitespaces=false", "split_digits=true",
      "allow_whitespace_only_pieces=true", "unk_id=0", "bos_id=1", "eos_id=2", "pad_id=-1",
      "num_threads=1", "max_sentence_length=65536", "minloglevel=2",
    ].joined(separator: " ")
    var bytes: UnsafeMutablePointer<CChar>?
    var count = 0
    let copies = unsafe sentences.map { unsafe UnsafePointer(strdup($0)) }
    defer { unsafe copies.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
    let pointers = unsafe copies.compactMap { unsafe $0 }
    try unsafe checked("tokenizer") { message in
      unsafe pointers.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return true }
        return unsafe csp_train(options, start, buffer.count, &bytes, &count, message)
      }
    }
    defer { unsafe free(bytes) }
    let fitted = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    let pieces = try SentencePieceModel(bytes: fitted, file: "tokenizer").pieceCount
    return fitted + appended(after: pieces)
  }

  /// The fields that bring a model of `pieces` pieces to ``size``: in a Protobuf message, repeated fields that
  /// follow are appended, and single ones replaced.
  private func appended(after pieces: Int) -> [UInt8] {
    var message = ModelFields()
    for index in pieces..<size - Self.actionCount { message.piece("<unused_\(index)>", .unused) }
    for bin in (0..<Self.actionCount).reversed() { message.piece("<action_\(bin)>", .control) }
    message.vocabularySize(size)
    return message.bytes
  }
}

/// Writes the few fields of sentencepiece's ModelProto that are appended.
///
/// Source: sentencepiece_model.proto: pieces = 1 {piece = 1, score = 2, type = 3}, trainer_spec = 2 {vocab_size = 4}.
private struct ModelFields {
  enum PieceType: UInt8 {
    case control = 3
    case unused = 5
  }

  private(set) var bytes: [UInt8] = []

  mutating func piece(_ text: String, _ type: PieceType) {
    let score: [UInt8] = [0x15, 0, 0, 0, 0]
    let body = Self.delimited(field: 1, Array(text.utf8)) + score + [0x18, type.rawValue]
    bytes += Self.delimited(field: 1, body)
  }

  mutating func vocabularySize(_ size: Int) {
    bytes += Self.delimited(field: 2, [0x20] + Self.varint(size))
  }

  private static func delimited(field: UInt8, _ body: [UInt8]) -> [UInt8] {
    [field << 3 | 2] + varint(body.count) + body
  }

  private static func varint(_ number: Int) -> [UInt8] {
    var rest = UInt(number)
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
