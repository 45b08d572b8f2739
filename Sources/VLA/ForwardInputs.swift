internal import ByteIO
public import Checkpoints
public import TensorFiles
internal import Torch

/// The prepared tensors of a file, checked against a policy's shape.
public struct ForwardInputs {
  private let file: SafetensorsFile
  private let config: PolicyConfig

  public init(_ file: SafetensorsFile, _ config: PolicyConfig) {
    self.file = file
    self.config = config
  }

  /// The batch, or `nil` where the file has no `input_ids`.
  public func batch() throws -> PolicyBatch? {
    guard let declaration = file.declaration("input_ids") else { return nil }
    guard declaration.shape.count == 2, declaration.shape.allSatisfy({ $0 > 0 }) else {
      throw failure("input_ids", "\(declaration.shape) is no [batch, position]")
    }
    let shape = declaration.shape
    try check("input_ids", 0..<config.decoder.vocabularySize)
    let ids = try integers("input_ids", shape)
    let mask =
      try file.declaration("attention_mask") == nil ? Tensor.full(shape, 1, .int64) : paddingMask(shape)
    var labels: Tensor?
    if file.declaration("labels") != nil {
      try check("labels", 0..<config.decoder.vocabularySize, or: Policy.ignoredLabel)
      labels = try integers("labels", shape)
    }
    let pixels = try pixels(images: shape[0])
    return PolicyBatch(inputIDs: ids, attentionMask: mask, pixelValues: pixels, labels: labels)
  }

  /// The numbers N of `prompt_ids.N`, ascending.
  var prompts: [Int] {
    file.tensors.compactMap { tensor in
      tensor.name.hasPrefix("prompt_ids.") ? Int(tensor.name.dropFirst("prompt_ids.".count)) : nil
    }.sorted()
  }

  /// The ids of prompt `number`.
  func prompt(_ number: Int) throws -> [Int] {
    let name = "prompt_ids.\(number)"
    try check(name, 0..<config.decoder.vocabularySize)
    let ids = try values(name).map { Int($0) }
    guard !ids.isEmpty else { throw failure(name, "it has no ids") }
    return ids
  }

  /// The image of prompt `number`: that row of `pixel_values`.
  func pixels(_ number: Int) throws -> Tensor? {
    guard let declaration = file.declaration("pixel_values") else { return nil }
    guard let images = declaration.shape.first, number < images else {
      throw failure("pixel_values", "it has no image \(number) for prompt_ids.\(number)")
    }
    return try pixels(images: images)?.slicing(number..<number + 1, 0)
  }

  private func pixels(images: Int) throws -> Tensor? {
    guard let declaration = file.declaration("pixel_values") else { return nil }
    let side = config.imageSize
    let wanted = [images, 3 * config.towers.count, side, side]
    guard declaration.shape == wanted, declaration.dtype.isFloatingPoint else {
      throw failure("pixel_values", "\(declaration.dtype.rawValue) \(declaration.shape) is not the floating \(wanted)")
    }
    return try Tensor.viewing(file.bytes("pixel_values"), declaration.dtype, wanted)
  }

  private func values(_ name: String) throws -> [Int64] {
    guard let declaration = file.declaration(name) else { throw failure(name, "there is no such tensor") }
    switch declaration.dtype {
    case .int64: return try file.values(name, .int64, as: Int64.self)
    case .int32: return try file.values(name, .int32, as: Int32.self).map { Int64($0) }
    case .bool, .uint8: return try file.bytes(name).array.map { Int64($0) }
    default: throw failure(name, "\(declaration.dtype.rawValue) holds no ids; I64 is expected")
    }
  }

  private func integers(_ name: String, _ shape: [Int]) throws -> Tensor {
    guard let found = file.declaration(name)?.shape, found == shape else {
      throw failure(name, "\(file.declaration(name)?.shape ?? []) is not the shape of input_ids, \(shape)")
    }
    return try Tensor(values(name), shape)
  }

  /// The mask, which must begin with 1 in every row and have no 1 after a 0: padding is on the right.
  private func paddingMask(_ shape: [Int]) throws -> Tensor {
    let mask = try integers("attention_mask", shape)
    let values = try values("attention_mask")
    for row in 0..<shape[0] {
      let places = values[row * shape[1]..<(row + 1) * shape[1]]
      let filled = places.prefix { $0 == 1 }
      guard !filled.isEmpty, places.dropFirst(filled.count).allSatisfy({ $0 == 0 }) else {
        throw failure("attention_mask", "row \(row) is not ones, then zeros; pad on the right")
      }
    }
    return mask
  }

  private func check(_ name: String, _ range: Range<Int>, or other: Int? = nil) throws {
    if let wrong = try values(name).first(where: { !range.contains(Int($0)) && Int($0) != other }) {
      throw failure(name, "the id \(wrong) lies outside the vocabulary of \(range.upperBound)")
    }
  }

  private func failure(_ name: String, _ problem: String) -> PolicyError {
    PolicyError(.badData, place: "\(file.path): tensor `\(name)`", problem)
  }
}
