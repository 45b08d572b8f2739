internal import ImageCodec
internal import JSON

/// The kinds of values that a processor's JSON has.
extension JSONNode {
  /// The elements of an array that must have `count` of them.
  func array(count: Int) throws(JSONError) -> [JSONNode] {
    let elements = try array()
    guard elements.count == count else {
      throw failure(.notA("a list of \(count), not of \(elements.count),"))
    }
    return elements
  }

  func truth() throws(JSONError) -> Bool {
    guard let truth = value.bool else { throw failure(.notA("true or false")) }
    return truth
  }

  /// A side in bounds.
  func side() throws(JSONError) -> Int {
    let side = try integer()
    guard ImageProcessorConfig.sides.contains(side) else { throw failure(.notA("a side in 1…4096")) }
    return side
  }

  /// [height, width], one number for both, or a list of that one.
  func size() throws(JSONError) -> ImageSize {
    guard let elements = value.elements else {
      let side = try side()
      return ImageSize(height: side, width: side)
    }
    guard (1...2).contains(elements.count) else { throw failure(.notA("a height and a width")) }
    let sides = try array()
    return ImageSize(height: try sides[0].side(), width: try sides[sides.count - 1].side())
  }

  /// [3, height, width].
  func inputSize() throws(JSONError) -> ImageSize {
    let dimensions = try array(count: 3)
    guard try dimensions[0].integer() == 3 else { throw dimensions[0].failure(.notA("3 channels")) }
    let size = ImageSize(height: try dimensions[1].side(), width: try dimensions[2].side())
    guard size.height == size.width else { throw failure(.notA("a square")) }
    return size
  }

  /// A member of `tvf_resize_params`.
  func target() throws(JSONError) -> (ImageProcessorConfig.Target, Interpolation) {
    if let most = optional("max_size") { throw most.failure(.notA("null")) }
    let size = try member("size")
    let target: ImageProcessorConfig.Target =
      size.value.elements?.count == 2 ? .exact(try size.size()) : .shorterSide(try size.size().height)
    return (target, try member("interpolation").interpolationCode())
  }

  func interpolationName() throws(JSONError) -> Interpolation {
    guard let interpolation = Interpolation(name: try string()) else {
      throw failure(.notA("an interpolation (bicubic, bilinear, lanczos, box, hamming), not \(quoted),"))
    }
    return try supported(interpolation)
  }

  func interpolationCode() throws(JSONError) -> Interpolation {
    guard let interpolation = Interpolation(rawValue: try integer()) else {
      throw failure(.notA("an interpolation (1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming), not \(quoted),"))
    }
    return try supported(interpolation)
  }

  /// The values of the channels [3] in 0…1.
  func mean() throws(JSONError) -> [Double] {
    let values = try triple()
    guard ImageProcessorConfig.isMean(values) else { throw failure(.notA("means in 0…1, not \(values),")) }
    return values
  }

  /// The values of the channels [3], not 0 in float32.
  func deviation() throws(JSONError) -> [Double] {
    let values = try triple()
    guard ImageProcessorConfig.isDeviation(values) else {
      throw failure(.notA("positive deviations, not \(values),"))
    }
    return values
  }

  private func triple() throws(JSONError) -> [Double] {
    var values: [Double] = []
    for node in try array(count: 3) { values.append(try node.double()) }
    return values
  }

  private func supported(_ interpolation: Interpolation) throws(JSONError) -> Interpolation {
    guard interpolation.filter != nil else {
      throw failure(.notA("another interpolation than \(interpolation.name), which is not supported,"))
    }
    return interpolation
  }

  /// The value as it is in the file.
  private var quoted: String { value.serialized() }
}

extension ResizeStrategy {
  /// Reads the strategy's word.
  init(_ node: JSONNode) throws(JSONError) {
    guard let strategy = Self(rawValue: try node.string()) else {
      let known = Self.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      throw node.failure(.notA("one of \(known)"))
    }
    self = strategy
  }
}
