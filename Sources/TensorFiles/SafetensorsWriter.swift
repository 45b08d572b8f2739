public import ByteIO
internal import JSON

/// Writes a safetensors file piece by piece; it appears under its name only when complete.
///
/// Tensors lie in the order of falling element size, then of their names' bytes, so that all are
/// aligned and equal content gives equal bytes. The header is padded with spaces to 8 bytes.
public final class SafetensorsWriter {
  /// The tensors in the order in which their data must be appended.
  public let order: [TensorDeclaration]
  private let file: AtomicFile
  private var next = 0

  /// Begins the file at `path`.
  ///
  /// - Precondition: names differ, and every size fits an `Int`.
  /// - Throws: `FileError`.
  public init(_ path: String, _ tensors: [TensorDeclaration], metadata: [String: String] = [:]) throws(FileError) {
    order = tensors.sorted { a, b in
      a.dtype.byteCount != b.dtype.byteCount
        ? a.dtype.byteCount > b.dtype.byteCount : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
    }
    file = try AtomicFile(path)
    try file.append(Self.header(order, metadata))
  }

  private static func header(_ order: [TensorDeclaration], _ metadata: [String: String]) -> [UInt8] {
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      members.append(.init("__metadata__", .object(sorted.map { .init($0.key, .string($0.value)) })))
    }
    var offset = 0
    for tensor in order {
      guard let count = tensor.byteCount else { preconditionFailure("the size of `\(tensor.name)` overflows") }
      members.append(
        .init(
          tensor.name,
          [
            "dtype": .string(tensor.dtype.rawValue), "shape": .array(tensor.shape.map { JSONValue($0) }),
            "data_offsets": [JSONValue(offset), JSONValue(offset + count)],
          ]))
      offset += count
    }
    var text = Array(JSONValue.object(members).serialized().utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
  }

  /// Appends the data of the next tensor, which must be `name`: `body` appends it to the file it is given.
  ///
  /// - Precondition: `name` is the next in ``order``, and `body` appends exactly its bytes.
  public func append(_ name: String, _ body: (AtomicFile) throws -> Void) throws {
    precondition(next < order.count && order[next].name == name, "tensor `\(name)` is out of order")
    let start = file.byteCount
    try body(file)
    precondition(file.byteCount - start == order[next].byteCount, "tensor `\(name)` has the wrong size")
    next += 1
  }

  /// Completes the file and returns its size in bytes and its SHA-256 digest in hexadecimal.
  ///
  /// - Precondition: every tensor was appended.
  public func commit() throws(FileError) -> (byteCount: Int, sha256: String) {
    precondition(next == order.count, "tensors are missing")
    let digest = try file.commit()
    return (file.byteCount, digest)
  }
}
