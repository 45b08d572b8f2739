internal import ByteIO
internal import CSentencePiece
internal import Glibc

/// A sentencepiece tokenizer (Kudo and Richardson, arXiv 1808.06226), as Llama's is.
///
/// Text is encoded as text throughout: what looks like a special piece, such as `</s>`, is no such piece.
@safe
public final class SentencePieceModel: Sendable {
  /// The largest model file that is read.
  static let fileLimit = 64 << 20

  /// Where it comes from.
  public let file: String
  private nonisolated(unsafe) let model: OpaquePointer

  /// Reads the model file at `path`.
  ///
  /// - Throws: `FileError`, `TextError`.
  public convenience init(_ path: String) throws {
    try self.init(bytes: readFile(path, limit: Self.fileLimit), file: path)
  }

  /// Reads a serialized model, whose fields are checked before sentencepiece sees them.
  ///
  /// - Throws: `TextError` for a damaged model, and for one that Llama's fast tokenizer would encode differently.
  public init(bytes: [UInt8], file: String) throws(TextError) {
    _ = try PieceTable(bytes, place: file)
    var handle: OpaquePointer?
    try unsafe checked(file) { message in
      unsafe bytes.withUnsafeBytes { unsafe csp_load($0.baseAddress, $0.count, &handle, message) }
    }
    guard let handle = unsafe handle else { throw TextError(place: file, "it is no sentencepiece model") }
    self.file = file
    unsafe model = unsafe handle
  }

  deinit { unsafe csp_free(model) }

  /// The number of pieces; ids lie below it.
  public var pieceCount: Int { Int(unsafe csp_size(model)) }
  /// The id of what no piece stands for, or `nil`.
  public var unknownID: Int? { Self.id(unsafe csp_unknown(model)) }
  /// The id that begins a text, or `nil`.
  public var beginID: Int? { Self.id(unsafe csp_begin(model)) }
  /// The id that ends a text, or `nil`.
  public var endID: Int? { Self.id(unsafe csp_end(model)) }

  private static func id(_ id: Int32) -> Int? { id < 0 ? nil : Int(id) }

  /// The id of `piece`, or `nil` where there is no such piece.
  public func id(of piece: String) -> Int? {
    let id = Int(unsafe csp_id(model, piece))
    return self.piece(id) == piece ? id : nil
  }

  /// The piece of `id`, or `nil` where there is none.
  public func piece(_ id: Int) -> String? {
    guard (0..<pieceCount).contains(id), let text = unsafe csp_piece(model, Int32(id)) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  /// The ids of `text`, without begin and end: O(*n* log *n*).
  public func encode(_ text: String) throws(TextError) -> [Int] {
    var ids: UnsafeMutablePointer<Int32>?
    var count = 0
    var text = text
    try unsafe checked(file) { message in
      text.withUTF8 { buffer in
        guard let start = buffer.baseAddress else { return unsafe csp_encode(model, "", 0, &ids, &count, message) }
        return unsafe start.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
          unsafe csp_encode(model, $0, buffer.count, &ids, &count, message)
        }
      }
    }
    defer { unsafe free(ids) }
    return unsafe UnsafeBufferPointer(start: ids, count: count).map { Int($0) }
  }

  /// The text of `ids`; those outside are left out.
  public func decode(_ ids: [Int]) throws(TextError) -> String {
    let inside = ids.filter { (0..<pieceCount).contains($0) }.map { Int32($0) }
    var text: UnsafeMutablePointer<CChar>?
    var count = 0
    try unsafe checked(file) { message in
      unsafe inside.withUnsafeBufferPointer {
        unsafe csp_decode(model, $0.baseAddress, $0.count, &text, &count, message)
      }
    }
    defer { unsafe free(text) }
    let bytes = unsafe UnsafeRawBufferPointer(start: text, count: count)
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}

/// Calls one function of the shim and turns a failure into an error.
func checked(
  _ place: String, _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Bool
) throws(TextError) {
  var message: UnsafeMutablePointer<CChar>?
  guard unsafe !body(&message) else { return }
  let text = unsafe message.map { unsafe String(cString: $0) } ?? "no reason is given"
  unsafe free(message)
  throw TextError(place: place, "sentencepiece refuses it: \(text)")
}
