internal import ImageCodec
public import JSON

extension ImageProcessorConfig {
  /// Reads the file at `path`, usually `preprocessor_config.json`.
  ///
  /// - Throws: `FileError`, `JSONError` with the place in the JSON.
  public init(file path: String) throws { try self.init(JSONNode(file: path, limit: 1 << 20)) }

  /// Reads the JSON of a processor.
  ///
  /// `tvf_*` keys that are absent or null follow from the other keys.
  ///
  /// - Throws: `JSONError` with the place: for anything else than a `PrismaticImageProcessor`, lists of
  ///   unequal lengths, sizes out of 1…4,096, crops larger than what they are cut from or of several sizes,
  ///   means not in 0…1, deviations that are not positive, unknown strategies and interpolations.
  public init(_ root: JSONNode) throws(JSONError) {
    let type = try root.member(Key.type)
    guard try type.string() == Self.processorType else { throw type.failure(.notA("`\(Self.processorType)`")) }
    let strategy = try ResizeStrategy(root.member(Key.strategy))
    let backbones = try Self.backbones(root)
    let defaults = backbones.map { Steps($0, strategy) }
    let resize = try root.optional(Key.resize)?.array(count: backbones.count)
    let crop = try root.optional(Key.crop)?.array(count: backbones.count)
    let normalize = try root.optional(Key.normalize)?.array(count: backbones.count)
    var steps: [Steps] = []
    for (index, wanted) in defaults.enumerated() {
      let target = try resize?[index].target() ?? (wanted.resize, wanted.interpolation)
      let cut = try crop?[index].member("output_size").size() ?? wanted.crop
      let step = Steps(
        resize: target.0, interpolation: target.1, crop: cut,
        mean: try normalize?[index].member("mean").mean() ?? wanted.mean,
        std: try normalize?[index].member("std").deviation() ?? wanted.std)
      let place = crop?[index] ?? resize?[index] ?? root
      guard step.cropFits else { throw place.failure(.notA("a crop no larger than what it is cut from")) }
      guard step.crop == steps.first?.crop ?? step.crop else {
        throw place.failure(.notA("the same output size for all backbones"))
      }
      steps.append(step)
    }
    self.init(
      strategy: strategy, backbones: backbones, steps: steps,
      letterboxFill: try Self.letterboxFill(root, backbones, strategy),
      others: try root.members().filter { !Key.all.contains($0.name) }.map { .init($0.name, $0.node.value) })
  }

  /// The processor as JSON, its members in the order of their names, as the reference writes it.
  ///
  /// `serialized(.indented)` with a line's end is the content of the file.
  public var json: JSONValue {
    let known: JSONValue = [
      Key.type: .string(Self.processorType), Key.strategy: .string(strategy.rawValue),
      Key.fused: .bool(backbones.count > 1),
      Key.sizes: .array(backbones.map { [3, JSONValue($0.size.height), JSONValue($0.size.width)] }),
      Key.interpolations: JSONValue(backbones.map(\.interpolation.name)),
      Key.means: .array(backbones.map { JSONValue($0.mean) }), Key.stds: .array(backbones.map { JSONValue($0.std) }),
      Key.resize: .array(
        steps.map {
          [
            "antialias": true, "interpolation": JSONValue($0.interpolation.rawValue), "max_size": .null,
            "size": $0.resize.json,
          ]
        }),
      Key.crop: .array(steps.map { ["output_size": $0.crop.json] }),
      Key.normalize: .array(
        steps.map { ["inplace": false, "mean": JSONValue($0.mean), "std": JSONValue($0.std)] }),
      Key.letterbox: .bool(letterboxFill != nil),
      Key.fill: letterboxFill.map { .array($0.map { JSONValue(Int($0)) }) } ?? .null,
    ]
    return .object(((known.members ?? []) + others).sorted { $0.name < $1.name })
  }

  private enum Key {
    static let type = "image_processor_type"
    static let strategy = "image_resize_strategy"
    static let fused = "use_fused_vision_backbone"
    static let sizes = "input_sizes"
    static let interpolations = "interpolations"
    static let means = "means"
    static let stds = "stds"
    static let resize = "tvf_resize_params"
    static let crop = "tvf_crop_params"
    static let normalize = "tvf_normalize_params"
    static let letterbox = "tvf_do_letterbox"
    static let fill = "tvf_letterbox_fill"
    static let all: Set<String> = [
      type, strategy, fused, sizes, interpolations, means, stds, resize, crop, normalize, letterbox, fill,
    ]
  }

  private static func backbones(_ root: JSONNode) throws(JSONError) -> [Backbone] {
    let list = try root.member(Key.sizes)
    let sizes = try list.array()
    guard (1...backboneLimit).contains(sizes.count) else {
      throw list.failure(.notA("a list of 1 to \(backboneLimit)"))
    }
    let fused = try root.member(Key.fused)
    guard try fused.truth() == (sizes.count > 1) else {
      throw fused.failure(.notA("\(sizes.count > 1), as there are \(sizes.count) input sizes,"))
    }
    let interpolations = try root.member(Key.interpolations).array(count: sizes.count)
    let means = try root.member(Key.means).array(count: sizes.count)
    let stds = try root.member(Key.stds).array(count: sizes.count)
    var backbones: [Backbone] = []
    for index in sizes.indices {
      backbones.append(
        Backbone(
          size: try sizes[index].inputSize(), interpolation: try interpolations[index].interpolationName(),
          mean: try means[index].mean(), std: try stds[index].deviation()))
    }
    return backbones
  }

  private static func letterboxFill(
    _ root: JSONNode, _ backbones: [Backbone], _ strategy: ResizeStrategy
  ) throws(JSONError) -> [UInt8]? {
    guard let flag = root.optional(Key.letterbox) else { return letterboxFill(backbones, strategy) }
    guard try flag.truth() else { return nil }
    var fill: [UInt8] = []
    for channel in try root.member(Key.fill).array(count: 3) {
      guard let value = UInt8(exactly: try channel.count()) else {
        throw channel.failure(.notA("a level in 0…255"))
      }
      fill.append(value)
    }
    return fill
  }
}

extension ImageProcessorConfig.Steps {
  /// Whether the middle can be cut out of every resized image.
  fileprivate var cropFits: Bool {
    switch resize {
    case .exact(let size): crop.height <= size.height && crop.width <= size.width
    case .shorterSide(let side): crop.height <= side && crop.width <= side
    }
  }
}

extension ImageProcessorConfig.Target {
  fileprivate var json: JSONValue {
    switch self {
    case .exact(let size): size.json
    case .shorterSide(let side): JSONValue(side)
    }
  }
}

extension ImageSize {
  fileprivate var json: JSONValue { [JSONValue(height), JSONValue(width)] }
}
