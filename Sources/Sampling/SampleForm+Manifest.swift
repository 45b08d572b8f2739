internal import ManifestSyntax

extension SampleForm {
  /// The names that views may have.
  static let viewNames = ["primary", "secondary", "wrist", "left_wrist", "right_wrist"]

  init(_ root: ManifestMapping) throws(ManifestError) {
    let lengths = 1...ActionChunk.maximumLength
    let window = try root["window"]?.integer(in: lengths) ?? 1
    let future = try root["chunk"]?.integer(in: lengths) ?? 1
    do {
      chunk = try ActionChunk(window: window, chunk: future)
    } catch {
      throw ManifestError(place: root.place, error.description)
    }
    padding = try root["padding"]?.choice(of: ChunkPadding.self) ?? .repeat
    goal = try root["goal"]?.choice(of: GoalRule.self) ?? .none
    if padding == .drop, goal == .uniform, let node = root["goal"] {
      throw node.error(
        "uniform goals cut chunks short, which `padding: drop` rules out; use `last` or `none`")
    }
    normalization = try root["normalization"]?.choice(of: MixtureNormalization.self) ?? .boundsQ99
    views = try Self.views(root["views"])
    image = try Self.image(root["image"])
    shardSize =
      try root["shard_size"].map { node throws(ManifestError) in try Self.byteCount(node) } ?? 1 << 30
    compressionLevel = try Self.compression(root["compression"], image: image)
  }

  private static func views(_ node: ManifestNode?) throws(ManifestError) -> [String] {
    guard let node else { return ["primary"] }
    var views: [String] = []
    for item in try node.list() {
      let name = try item.string()
      guard viewNames.contains(name) else {
        let mend =
          NearestName.hint(name, among: viewNames) ?? "the views are \(viewNames.joined(separator: ", "))"
        throw item.error("unknown view \(quoted(name)); \(mend)")
      }
      guard !views.contains(name) else { throw item.error("\(quoted(name)) is given twice; keep one") }
      views.append(name)
    }
    return views
  }

  private enum ImageFormat: String, CaseIterable { case keep, jpeg, png, raw }

  private static func image(_ node: ManifestNode?) throws(ManifestError) -> ImageForm {
    guard let node else { return .keep }
    if node.isScalar {
      let format = try node.choice(of: ImageFormat.self)
      return try form(format, size: nil, quality: nil, node: node)
    }
    let keys = try node.mapping(allowing: ["form", "size", "quality"])
    let format = try keys["form"]?.choice(of: ImageFormat.self) ?? .keep
    if let quality = keys["quality"], format != .jpeg {
      throw quality.error("only `form: jpeg` has a quality; leave it out")
    }
    if let size = keys["size"], format == .keep {
      throw size.error(
        "`form: keep` leaves images as they are; choose jpeg, png or raw, or leave the size out")
    }
    return try form(
      format, size: size(keys["size"]), quality: keys["quality"]?.integer(in: 1...100), node: node)
  }

  private static func form(
    _ format: ImageFormat, size: ImageSize?, quality: Int?, node: ManifestNode
  ) throws(ManifestError) -> ImageForm {
    switch format {
    case .keep: return .keep
    case .jpeg: return .jpeg(quality: quality ?? 95, size: size)
    case .png: return .png(size: size)
    case .raw:
      guard let size else {
        throw node.error("raw images need a size, as in `{form: raw, size: [224, 224]}`")
      }
      return .raw(size: size)
    }
  }

  private static func size(_ node: ManifestNode?) throws(ManifestError) -> ImageSize? {
    guard let node else { return nil }
    let sides = try node.list()
    guard sides.count == 2 else { throw node.error("\(sides.count) numbers; a size is [height, width]") }
    return ImageSize(height: try sides[0].integer(in: 1...16384), width: try sides[1].integer(in: 1...16384))
  }

  private static func compression(_ node: ManifestNode?, image: ImageForm) throws(ManifestError) -> Int? {
    guard let node else { return nil }
    let text = try node.string()
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "zstd", let level = Int(parts[1]), (1...22).contains(level) else {
      throw node.error("expected `zstd:N` with N from 1 to 22, found \(quoted(text))")
    }
    guard case .raw = image else { throw node.error("only raw images are compressed; choose `form: raw`") }
    return level
  }

  private static let units: [(name: String, bytes: Int)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
  ]

  /// A number of bytes, plain or with a unit.
  private static func byteCount(_ node: ManifestNode) throws(ManifestError) -> Int {
    let text = try node.string()
    let limit = 1 << 50
    let unit = units.first { text.hasSuffix($0.name) }
    let digits = text.dropLast(unit?.name.count ?? 0).filter { $0 != " " }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw node.error("expected a number of bytes, as in `512MiB`, found \(quoted(text))")
    }
    let (bytes, overflow) = (Int(digits) ?? .max).multipliedReportingOverflow(by: unit?.bytes ?? 1)
    guard !overflow, (1...limit).contains(bytes) else {
      throw node.error("\(quoted(text)) is out of range; give 1 byte to 1024TiB")
    }
    return bytes
  }
}
