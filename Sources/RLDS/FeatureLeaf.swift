/// What one value of a feature is: a tensor, a text, a class or an image.
public struct FeatureLeaf: Equatable, Sendable {
  /// How a value is stored.
  public enum Form: Equatable, Sendable {
    /// Plain numbers or strings.
    case plain
    /// Each value is one byte string: its elements in row-major order, little-endian.
    case bytes
    /// The same, as a zlib stream.
    case zlib
    /// Each value is one image file; the format where the dataset declares it.
    case image(format: String?)
  }

  /// What the values mean, where the class says more than the type.
  public enum Meaning: Equatable, Sendable {
    case none, text
    case classLabel(count: Int)
  }

  public let type: ElementType
  /// The shape of one value; `nil` stands for a dimension that may differ.
  public let shape: [Int?]
  public let form: Form
  public let meaning: Meaning

  init(_ type: ElementType, _ shape: [Int?], _ form: Form = .plain, _ meaning: Meaning = .none) {
    self.type = type
    self.shape = shape
    self.form = form
    self.meaning = meaning
  }

  /// The shape, when all its dimensions are known.
  public var fixedShape: [Int]? {
    let known = shape.compactMap(\.self)
    return known.count == shape.count ? known : nil
  }

  /// Whether values are image files.
  public var isImage: Bool {
    if case .image = form { return true }
    return false
  }

  /// Whether each value is stored with its own shape beside it: encoded, with two or more open dimensions.
  var storesShape: Bool { (form == .bytes || form == .zlib) && shape.filter { $0 == nil }.count >= 2 }
}
