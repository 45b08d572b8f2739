/// Encodes and decodes as Hugging Face's fast Llama tokenizer does, special strings in the text included.
///
/// A special string, such as `</s>`, becomes its id wherever it stands; each stretch of text between two of them is
/// encoded on its own, with a blank before it. The longest one counts where two begin at the same place. Source:
/// the behaviour of transformers 4.40.1 with tokenizers 0.19.1, which the tests hold on to.
public struct LlamaTokenizer: Sendable {
  /// The padding that OpenVLA adds to Llama's vocabulary.
  public static let padding = "<PAD>"

  public let model: SentencePieceModel
  private let special: [(text: [UInt8], id: Int)]
  private let contentByID: [Int: String]

  /// Takes the special pieces of `model`, and `added` ones; those that it does not have take the ids from its
  /// end on, in order.
  public init(_ model: SentencePieceModel, added: [String] = [padding]) {
    self.model = model
    var texts: [Int: String] = [:]
    for id in [model.unknownID, model.beginID, model.endID].compactMap(\.self) { texts[id] = model.piece(id) }
    var next = model.pieceCount
    for text in added where !text.isEmpty && !texts.values.contains(text) {
      if let id = model.id(of: text) {
        texts[id] = text
      } else {
        texts[next] = text
        next += 1
      }
    }
    contentByID = texts
    special = texts.map { (Array($0.value.utf8), $0.key) }.sorted { ($1.text.count, $0.id) < ($0.text.count, $1.id) }
  }

  /// The id of a special string, or nil for any other.
  public func id(ofSpecial text: String) -> Int? { contentByID.first { $0.value == text }?.key }

  /// The ids of `text`, without a begin and an end that it does not spell out: O(*n* log *n*).
  public func encode(_ text: String) throws(TextError) -> [Int] {
    let bytes = Array(text.utf8)
    var (ids, start, offset): ([Int], Int, Int) = ([], 0, 0)
    while offset < bytes.count {
      guard let match = special.first(where: { bytes[offset...].starts(with: $0.text) }) else {
        offset += 1
        continue
      }
      ids += try plain(bytes[start..<offset])
      ids.append(match.id)
      offset += match.text.count
      start = offset
    }
    return ids + (try plain(bytes[start...]))
  }

  private func plain(_ bytes: ArraySlice<UInt8>) throws(TextError) -> [Int] {
    bytes.isEmpty ? [] : try model.encode(String(decoding: bytes, as: UTF8.self))
  }

  /// What becomes of special pieces in decoded text.
  public enum SpecialPieces: Sendable {
    case kept, skipped
  }

  /// The text of `ids`; ids that stand for nothing are left out.
  ///
  /// The blank before the first word falls away. Bytes that are no UTF-8 together become U+FFFD, one each.
  public func decode(_ ids: [Int], _ specialPieces: SpecialPieces = .kept) -> String {
    var (text, bytes): (String, [UInt8]) = ("", [])
    func flushed() -> String {
      String(validating: bytes, as: UTF8.self) ?? String(repeating: "\u{FFFD}", count: bytes.count)
    }
    for id in ids {
      if specialPieces == .skipped, contentByID[id] != nil { continue }
      guard let piece = contentByID[id] ?? model.piece(id) else { continue }
      if let byte = Self.byte(piece) {
        bytes.append(byte)
        continue
      }
      text += flushed()
      bytes = []
      for scalar in piece.unicodeScalars { text.unicodeScalars.append(scalar == "\u{2581}" ? " " : scalar) }
    }
    text += flushed()
    if text.unicodeScalars.first == " " { text.unicodeScalars.removeFirst() }
    return text
  }

  /// The byte that a piece such as `<0x0A>` stands for.
  private static func byte(_ piece: String) -> UInt8? {
    let text = Array(piece.utf8)
    guard text.count == 6, text.starts(with: "<0x".utf8), text[5] == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: text[3..<5], as: UTF8.self), radix: 16)
  }
}
