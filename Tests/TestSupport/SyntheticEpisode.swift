import TFRecord

/// One list of a `tf.train.Example`.
public enum SyntheticList: Equatable, Sendable {
  case byteStrings([[UInt8]])
  case floats([Float])
  case integers([Int64])

  /// Wraps texts.
  public static func texts(_ texts: [String]) -> SyntheticList { .byteStrings(texts.map { Array($0.utf8) }) }
}

/// The content of one episode: a list for each key.
public struct SyntheticEpisode: Sendable {
  /// By key; a test may change them before they are written.
  public var lists: [String: SyntheticList]
  public let stepCount: Int

  public init(stepCount: Int, lists: [String: SyntheticList]) {
    self.stepCount = stepCount
    self.lists = lists
  }

  /// The floats under `key`; empty where there are none.
  public func floats(_ key: String) -> [Float] {
    guard case .floats(let values) = lists[key] else { return [] }
    return values
  }

  /// The `tf.train.Example`, keys sorted.
  public var payload: [UInt8] {
    var encoder = ExampleEncoder()
    for (key, list) in lists.sorted(by: { $0.key < $1.key }) {
      switch list {
      case .byteStrings(let values): encoder.append(key, byteStrings: values)
      case .floats(let values): encoder.append(key, floats: values)
      case .integers(let values): encoder.append(key, integers: values)
      }
    }
    return encoder.serialized()
  }
}
