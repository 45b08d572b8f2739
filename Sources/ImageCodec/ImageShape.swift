/// The shape [height, width, channels] of an image.
public struct ImageShape: Sendable, Hashable, CustomStringConvertible {
  public let height: Int
  public let width: Int
  public let channels: Int

  /// Creates the shape [height, width, channels].
  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  public var description: String { "\(height)×\(width)×\(channels)" }
}

/// The shape that an image must have: each dimension a number, or `nil` where any will do.
public struct ExpectedShape: Sendable, Hashable, CustomStringConvertible {
  public let height: Int?
  public let width: Int?
  public let channels: Int?

  /// Creates the expectation [height, width, channels].
  public init(height: Int? = nil, width: Int? = nil, channels: Int? = nil) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Returns whether `shape` meets the expectation.
  public func admits(_ shape: ImageShape) -> Bool {
    (height ?? shape.height) == shape.height && (width ?? shape.width) == shape.width
      && (channels ?? shape.channels) == shape.channels
  }

  public var description: String {
    [height, width, channels].map { $0.map(String.init) ?? "any" }.joined(separator: "×")
  }
}

/// The height and width of an image.
public struct ImageSize: Sendable, Hashable {
  public let height: Int
  public let width: Int

  /// Creates a size of `height` rows and `width` columns.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}
