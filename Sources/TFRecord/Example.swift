public import ByteIO

/// A `tf.train.Example`: named lists of byte strings, floats or integers; in RLDS one is one episode.
///
/// The outer structure and byte strings are walked in place, so that the images of an episode are
/// never copied; lists of numbers are decoded by protobuf-c.
public struct Example: Sendable {
  private let features: [String: Bytes]

  /// Parses `payload`.
  ///
  /// As Protobuf has it, the last of several features of one name counts.
  ///
  /// - Throws: `ExampleError`.
  /// - Complexity: O(features); no list is decoded yet.
  public init(parsing payload: Bytes) throws(ExampleError) {
    guard payload.count <= Int(Int32.max) else { throw ExampleError(.tooLarge(byteCount: payload.count)) }
    var features: [String: Bytes] = [:]
    var message = WireReader(payload)
    while let field = try message.next() {
      guard field.number == 1, let content = field.content else { continue }
      var entries = WireReader(content)
      while let entry = try entries.next() {
        guard entry.number == 1, let content = entry.content else { continue }
        var parts = WireReader(content)
        var key = Bytes([])
        var value = Bytes([])
        while let part = try parts.next() {
          if part.number == 1, let content = part.content { key = content }
          if part.number == 2, let content = part.content { value = content }
        }
        guard let name = String(utf8: key) else { throw ExampleError(.keyNotUTF8) }
        features[name] = value
      }
    }
    self.features = features
  }

  /// The names of the features, sorted by their bytes.
  public var names: [String] { features.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// Returns the feature called `name`, if there is one.
  public func feature(_ name: String) -> ExampleFeature? {
    features[name].map { ExampleFeature(name: name, message: $0) }
  }
}
