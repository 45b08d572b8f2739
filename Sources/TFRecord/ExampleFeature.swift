public import ByteIO
internal import CProtobufC

/// One named list of an ``Example``, not yet decoded.
public struct ExampleFeature: Sendable {
  /// What the list holds.
  public enum Kind: String, Sendable {
    case byteStrings = "byte strings"
    case floats
    case integers
    /// A feature without a list: zero values of any kind.
    case empty = "nothing"
  }

  public let name: String
  let message: Bytes

  /// What the list holds.
  public func kind() throws(ExampleError) -> Kind {
    var kind = Kind.empty
    var reader = WireReader(message)
    while let field = try reader.next() {
      switch field.number {
      case 1: kind = .byteStrings
      case 2: kind = .floats
      case 3: kind = .integers
      default: continue
      }
    }
    return kind
  }

  /// Returns the byte strings, each a view into the record.
  ///
  /// - Throws: `ExampleError` where the list holds something else.
  /// - Complexity: O(strings); no byte of theirs is read.
  public func byteStrings() throws(ExampleError) -> [Bytes] {
    let kind = try kind()
    guard kind == .byteStrings || kind == .empty else { throw wrongKind(.byteStrings, kind) }
    var strings: [Bytes] = []
    var reader = WireReader(message)
    while let field = try reader.next() {
      guard field.number == 1, let content = field.content else {
        if field.number == 2 || field.number == 3 { strings = [] }
        continue
      }
      var list = WireReader(content)
      while let value = try list.next() {
        if value.number == 1, let content = value.content { strings.append(content) }
      }
    }
    return strings
  }

  /// Returns the floats.
  ///
  /// - Throws: `ExampleError` where the list holds something else or cannot be decoded.
  public func floats(using decoder: FeatureDecoder) throws(ExampleError) -> [Float] {
    let kind = try kind()
    if kind == .empty { return [] }
    guard kind == .floats else { throw wrongKind(.floats, kind) }
    return try decoder.floats(self)
  }

  /// Returns the integers; unsigned ones of 64 bits are to be taken bit by bit.
  ///
  /// - Throws: `ExampleError` where the list holds something else or cannot be decoded.
  public func integers(using decoder: FeatureDecoder) throws(ExampleError) -> [Int64] {
    let kind = try kind()
    if kind == .empty { return [] }
    guard kind == .integers else { throw wrongKind(.integers, kind) }
    return try decoder.integers(self)
  }

  /// Returns a message with the lists under `field` as one: Protobuf joins them, protobuf-c takes the last.
  func joined(field: Int) throws(ExampleError) -> Bytes {
    var contents: [Bytes] = []
    var reader = WireReader(message)
    while let part = try reader.next() {
      guard let content = part.content, (1...3).contains(part.number) else { continue }
      if part.number == field { contents.append(content) } else { contents = [] }
    }
    guard contents.count > 1 else { return message }
    var content: [UInt8] = []
    for part in contents { part.append(to: &content) }
    var message: [UInt8] = []
    ExampleEncoder.append(content, field: UInt64(field), to: &message)
    return Bytes(message)
  }

  private func wrongKind(_ expected: Kind, _ found: Kind) -> ExampleError {
    ExampleError(.wrongKind(feature: name, expected: expected.rawValue, found: found.rawValue))
  }
}

/// Decodes lists of numbers with protobuf-c into memory that it uses again for each feature.
///
/// One decoder serves one thread.
@safe
public final class FeatureDecoder {
  private let arena: OpaquePointer

  public init() {
    guard let arena = unsafe cprotobufc_arena_create() else { preconditionFailure("no memory for a feature arena") }
    unsafe self.arena = arena
  }

  deinit { unsafe cprotobufc_arena_free(arena) }

  fileprivate func floats(_ feature: ExampleFeature) throws(ExampleError) -> [Float] {
    let values: [Float]? = unsafe try decode(feature, field: 2) { message in
      guard let list = unsafe message.float_list else { return [] }
      return unsafe Array(UnsafeBufferPointer(start: list.pointee.value, count: list.pointee.n_value))
    }
    guard let values else { throw ExampleError(.undecodable(feature: feature.name)) }
    return values
  }

  fileprivate func integers(_ feature: ExampleFeature) throws(ExampleError) -> [Int64] {
    let values: [Int64]? = unsafe try decode(feature, field: 3) { message in
      guard let list = unsafe message.int64_list else { return [] }
      return unsafe Array(UnsafeBufferPointer(start: list.pointee.value, count: list.pointee.n_value))
    }
    guard let values else { throw ExampleError(.undecodable(feature: feature.name)) }
    return values
  }

  private func decode<T>(
    _ feature: ExampleFeature, field: Int, _ body: (Armature__Feature) -> [T]
  ) throws(ExampleError) -> [T]? {
    let message = try feature.joined(field: field)
    // A packed integer takes at least one byte and becomes eight. One that is not packed takes two, for which
    // protobuf-c keeps up to 64 bytes of its own, and unknown fields about as much again.
    let limit = message.count * 64 + 4096
    return unsafe message.withUnsafeBytes { buffer in
      let bytes = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      guard let message = unsafe cprotobufc_decode_feature(arena, bytes, buffer.count, limit) else { return nil }
      return unsafe body(message.pointee)
    }
  }
}
