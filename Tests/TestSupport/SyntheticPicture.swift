/// Samples of a picture that the oracle scripts make in the same way.
public enum SyntheticPicture: String, Sendable {
  /// Random bytes.
  case noise
  /// Random bytes that are 0 or 255.
  case edges
  /// Slopes with jumps.
  case smooth

  /// Returns the samples [height, width, channels].
  public func samples(seed: Int, height: Int, width: Int, channels: Int = 3) -> [UInt8] {
    var generator = SeededGenerator(UInt64(seed))
    switch self {
    case .noise: return generator.bytes(height * width * channels)
    case .edges: return generator.bytes(height * width * channels).map { $0 > 127 ? 255 : 0 }
    case .smooth:
      return (0..<height * width * channels).map { i in
        let (y, x, c) = (i / channels / width, i / channels % width, i % channels)
        return UInt8(truncatingIfNeeded: x * (seed + c) + y * 3 + x * y / 16)
      }
    }
  }
}

/// The lines of a table of tab-separated fields in `Tests/Fixtures`.
public func tableLines(_ fixture: String) throws -> [[String]] {
  String(decoding: try readBytes(Repository.fixture(fixture)), as: UTF8.self)
    .split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
}
