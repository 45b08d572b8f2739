public import ManifestSyntax

/// A mixture as data: which datasets, in which proportion, how many samples, and in which form.
///
/// Written in YAML; `docs/mixtures.md` describes the keys. Reading a manifest finds every mistake that can be
/// seen without data, and needs neither the data nor the variables in its paths.
public struct MixtureManifest: Sendable {
  /// What people should know of a mixture.
  public struct About: Sendable, Equatable {
    /// What it is for, in a sentence.
    public var description: String?
    /// Where its list is from.
    public var source: String?

    /// Gathers the two.
    public init(description: String? = nil, source: String? = nil) {
      self.description = description
      self.source = source
    }
  }

  /// How weights become probabilities.
  public enum Weighting: Sendable, Equatable {
    /// Weight × transitions.
    case openvla
    /// The weights alone.
    case absolute
    /// The same for all.
    case uniform
    /// Transitions^(1/T).
    case temperature(Double)
    /// Weights from a file, such as learned ones.
    case file(PathTemplate)
  }

  /// How many samples are made.
  public enum Amount: Sendable, Equatable {
    /// So many.
    case samples(Int)
    /// So many times the reference's dataset length.
    case epochs(Double)

    /// The number of samples when an epoch has `epochLength`, rounded down.
    /// - Throws: `badData` when that is none, or more than 2⁴⁰.
    public func sampleCount(epochLength: Int) throws(SamplingError) -> Int {
      switch self {
      case .samples(let count): return count
      case .epochs(let epochs):
        let count = (epochs * Double(epochLength)).rounded(.down)
        guard count >= 1, count <= Double(Quotas.maximumSampleCount) else {
          throw SamplingError(
            "epochs", "\(epochs) epochs of \(epochLength) samples make \(count); give an amount of 1 to 2^40")
        }
        return Int(count)
      }
    }
  }

  /// The mixture's name.
  public let name: String
  /// The file name that errors give.
  public let file: String
  /// The manifest's bytes, for digests and for keeping a copy.
  public let source: [UInt8]
  /// From which all chance follows.
  public let seed: UInt64
  /// Notes for people.
  public let about: About
  /// The directory in which the stores of datasets lie, each under its dataset's name.
  public let stores: PathTemplate?
  /// Where samples come from, in order.
  public let entries: [MixtureEntry]
  /// What the published list names besides; counts only in thread totals.
  public let dropped: [DroppedEntry]
  /// How weights become probabilities.
  public let weighting: Weighting
  /// How many samples are made.
  public let amount: Amount
  /// The entries, by index, that measure an epoch: those that `epoch_of` names, or those of weight 1.
  public let epochEntries: [Int]
  /// What a sample holds.
  public let form: SampleForm
  /// Which episodes and steps are left out.
  public let rules: TrajectoryRules

  /// The entries that the published list has, those that are not used included: the reference's thread count.
  public var threadCount: Int { entries.count + dropped.count }

  /// Reads the manifest at `path`, which may have at most 1 MiB.
  public init(path: String) throws(ManifestError) {
    try self.init(text: ManifestText(path: path))
  }

  /// Reads a manifest from its bytes; `file` is the name that errors give.
  public init(bytes: [UInt8], file: String) throws(ManifestError) {
    try self.init(text: ManifestText(bytes: bytes, file: file))
  }

  private init(text: ManifestText) throws(ManifestError) {
    let root = try text.root().mapping(allowing: Self.keys)
    file = text.file
    source = text.bytes
    name = try MixtureEntry.name(root.required("name", "it names the mixture, as in `name: bridge`"))
    seed = UInt64(try root["seed"]?.integer(in: 0...Int.max) ?? 0)
    let notes = try root["about"]?.mapping(allowing: ["description", "source"])
    about = About(
      description: try notes?["description"]?.string(), source: try notes?["source"]?.string())
    stores = try root["stores"].map { node throws(ManifestError) in try PathTemplate(node) }
    entries = try Self.entries(root)
    var dropped: [DroppedEntry] = []
    for node in try root["dropped"]?.list() ?? [] { dropped.append(try DroppedEntry(node)) }
    self.dropped = dropped
    weighting =
      try root["weighting"].map { node throws(ManifestError) in try Self.weighting(node) } ?? .openvla
    amount = try Self.amount(root)
    epochEntries = try Self.epochEntries(root, entries: entries, amount: amount)
    form = try SampleForm(root)
    rules = try TrajectoryRules(root)
  }

  /// The path of an entry's store, with variables replaced by what `lookup` returns.
  /// - Throws: an error at the place to blame when a variable is not set, or `stores` is missing.
  public func storePath(
    of entry: MixtureEntry, _ lookup: (String) -> String?
  ) throws(ManifestError) -> String {
    switch entry.source {
    case .store(let path): return try path.expanded(lookup)
    case .dataset(let name):
      guard let stores else {
        throw ManifestError(
          place: entry.place,
          "nothing says where the store of \(quoted(name)) lies; give `stores`, or its path as `store`")
      }
      let directory = try stores.expanded(lookup)
      return directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }
  }
}
