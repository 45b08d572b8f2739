public import ImageCodec

/// The interpolations that a processor's JSON can name, as timm's words and Pillow's numbers.
public enum Interpolation: Int, Sendable, Hashable, CaseIterable {
  case nearest = 0
  case lanczos = 1
  case bilinear = 2
  case bicubic = 3
  case box = 4
  case hamming = 5

  /// timm's word for it.
  public var name: String { "\(self)" }

  /// Creates the interpolation that timm calls `name`.
  public init?(name: String) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The kernel, or `nil` for `nearest`, which has none and is not supported.
  public var filter: PillowFilter? { PillowFilter(rawValue: name) }
}
