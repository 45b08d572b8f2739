public import ManifestSyntax

/// One source of samples in a mixture.
public struct MixtureEntry: Sendable, Equatable {
  /// Where an entry's episodes come from.
  public enum Source: Sendable, Equatable {
    /// A dataset's name, looked up in the directory that `stores` names.
    case dataset(String)
    /// The path of an episode store.
    case store(PathTemplate)
  }

  /// The dataset's name or the store's path.
  public let source: Source
  /// How much it counts; from 0.
  public let weight: Double
  /// A split expression, or nil for the reference's rule: `train` when there is a `val`, else `train[:95%]`.
  public let split: String?
  /// An SQL condition over the store's catalog.
  public let condition: String?
  /// The list of episodes to keep.
  public let episodes: PathTemplate?
  /// Where the entry begins in the manifest, for errors.
  public let place: ManifestPlace
  /// Where its condition is written.
  public let conditionPlace: ManifestPlace?

  static let keys = ["dataset", "store", "weight", "split", "where", "episodes"]

  init(_ node: ManifestNode) throws(ManifestError) {
    let keys = try node.mapping(allowing: Self.keys)
    place = node.place
    switch (keys["dataset"], keys["store"]) {
    case (let dataset?, nil): source = .dataset(try Self.name(dataset))
    case (nil, let store?): source = .store(try PathTemplate(store))
    case (nil, nil): throw node.error("neither `dataset` nor `store`; an entry has one of them")
    case (_?, let store?): throw store.error("both `dataset` and `store`; an entry has one of them")
    }
    weight = try keys["weight"].map { value throws(ManifestError) in try Self.weight(value) } ?? 1
    split = try keys["split"]?.string()
    condition = try keys["where"]?.string()
    conditionPlace = keys["where"]?.place
    episodes = try keys["episodes"].map { value throws(ManifestError) in try PathTemplate(value) }
  }

  /// The dataset's name, or the last component of the store's path as it is written.
  public var name: String {
    switch source {
    case .dataset(let name): return name
    case .store(let path): return path.text.split(separator: "/").last.map(String.init) ?? path.text
    }
  }

  /// Whether both draw the same frames from the same place.
  func draws(sameAs other: MixtureEntry) -> Bool {
    let isSameSource: Bool
    switch (source, other.source) {
    case (.dataset(let a), .dataset(let b)): isSameSource = a == b
    case (.store(let a), .store(let b)): isSameSource = a.text == b.text
    default: isSameSource = false
    }
    return isSameSource && split == other.split && condition == other.condition
      && episodes?.text == other.episodes?.text
  }

  /// A name that is also that of a directory.
  static func name(_ node: ManifestNode) throws(ManifestError) -> String {
    let name = try node.string()
    let isPlain = name.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "_-.".utf8.contains(byte)
    }
    guard isPlain, !name.hasPrefix(".") else {
      throw node.error("a dataset's name has letters, digits, `_`, `-` and `.` only, and no `.` first")
    }
    return name
  }

  static func weight(_ node: ManifestNode) throws(ManifestError) -> Double {
    let weight = try node.number()
    guard weight >= 0 else { throw node.error("a weight of \(weight) is negative; give a number from 0 up") }
    return weight
  }
}

/// What a published list of datasets names, and the reference does not use.
public struct DroppedEntry: Sendable, Equatable {
  /// The dataset's name.
  public let dataset: String
  /// Its weight in the list.
  public let weight: Double
  /// Why it is not used.
  public let reason: String

  init(_ node: ManifestNode) throws(ManifestError) {
    let keys = try node.mapping(allowing: ["dataset", "weight", "reason"])
    dataset = try MixtureEntry.name(keys.required("dataset", "it names what the list holds"))
    weight = try keys["weight"].map { value throws(ManifestError) in try MixtureEntry.weight(value) } ?? 1
    reason = try keys.required("reason", "it says why the dataset is not used").string()
  }
}
