internal import ByteIO
internal import JSON
public import SampleShards

/// Writes a mixture's samples, in their order, in a format of other people's programs.
///
/// Equal mixtures and options give equal bytes. One shard is read at a time and one file written at a time; memory
/// holds one sample and the sizes of one file's samples. An export that was stopped goes on when it is run again with
/// the same mixture and options; it is complete when its index (`index.json`) exists.
public struct SampleExport {
  /// What is written.
  public enum Format: String, CaseIterable, Sendable {
    /// POSIX tar files, `export-000000.tar` …, one file a tensor, as WebDataset reads them.
    case webDataset = "wds"
    /// MosaicML's shards, `shard.00000.mds` …, as its StreamingDataset reads them.
    case mds
  }

  /// Where files are cut: before the first of the two limits is passed.
  ///
  /// A file has at least one sample.
  public struct Options: Sendable, Equatable {
    /// The most samples in a file; nil for no limit.
    public var samplesPerFile: Int?
    /// The most bytes in a file; an MDS file has less than 2³² in any case.
    public var bytesPerFile: Int

    public init(samplesPerFile: Int? = nil, bytesPerFile: Int = 256 << 20) {
      self.samplesPerFile = samplesPerFile
      self.bytesPerFile = bytesPerFile
    }
  }

  /// What was written.
  public struct Report: Sendable, Equatable {
    /// One file of samples.
    public struct File: Sendable, Equatable {
      public let name: String
      public let byteCount: Int
      public let sha256: String
      public let sampleCount: Int
    }

    public let files: [File]
    public var sampleCount: Int { files.reduce(0) { $0 + $1.sampleCount } }
    /// The size of all files of samples.
    public var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }
  }

  /// The file that exists when an export is complete.
  public static let indexName = "index.json"
  /// The file that exists while it is not: it says what is being written.
  static let markerName = ".armature-export"

  private let samples: SampleSet
  private let format: Format
  private let directory: String
  private let options: Options
  private let container: any ExportContainer

  /// Prepares the export of `samples` to `directory`, which is created when it runs.
  ///
  /// - Throws: `SampleExportError` for limits below 1, for a mixture without shards, and for one whose views have names
  ///   that the format uses otherwise.
  public init(_ samples: SampleSet, format: Format, to directory: String, _ options: Options = Options()) throws {
    guard options.bytesPerFile > 0, options.samplesPerFile ?? 1 > 0 else {
      throw SampleExportError(
        .usage, file: directory,
        "files of \(options.samplesPerFile.map { "\($0) samples and " } ?? "")\(options.bytesPerFile) bytes cannot be; "
          + "ask for at least 1")
    }
    guard !samples.index.shards.isEmpty else {
      throw SampleExportError(
        .badData, file: samples.path, "the mixture has no samples, only a plan; build it without --virtual")
    }
    self.samples = samples
    self.format = format
    self.directory = directory
    self.options = options
    switch format {
    case .webDataset: container = try TarContainer(samples)
    case .mds: container = MDSContainer(samples, byteLimit: options.bytesPerFile)
    }
  }

  /// Writes the files, then the index; `progress` is called after each sample with the number of those that are done.
  ///
  /// - Throws: `SampleExportError` of kind `outputUnavailable` for a directory that holds other files, and for a frame
  ///   that the format has no place for; what reading and writing throws.
  /// - Complexity: O(bytes).
  @discardableResult
  public func run(progress: (Int) -> Void = { _ in }) throws -> Report {
    let finished = try claim()
    var files: [Report.File] = []
    var position = 0
    var reader = ExportReader(samples)
    while position < samples.count {
      let name = container.fileName(files.count)
      let sizes = try plan(from: position, &reader)
      let range = position..<position + sizes.count
      let path = directory + "/" + name
      let byteCount = container.byteCount(sizes)
      if finished.contains(name), try Directory.status(path).byteCount == byteCount {
        let digest = try SHA256Digest.hexadecimal(ofFile: path)
        files.append(.init(name: name, byteCount: byteCount, sha256: digest, sampleCount: sizes.count))
        progress(range.upperBound)
      } else {
        let file = try AtomicFile(path)
        try file.append(container.head(sizes))
        for position in range {
          try container.append(try reader.record(position), to: file)
          progress(position + 1)
        }
        try file.append(container.tail)
        guard file.byteCount == byteCount else {
          throw SampleExportError(
            .bug, file: path, "\(file.byteCount) bytes were written, \(byteCount) planned; report this")
        }
        files.append(
          .init(name: name, byteCount: byteCount, sha256: try file.commit(), sampleCount: sizes.count))
      }
      position = range.upperBound
    }
    try AtomicFile.write(
      Array(container.index(files).serialized(.indented).utf8) + [10], to: directory + "/" + Self.indexName)
    try Directory.remove(directory + "/" + Self.markerName)
    return Report(files: files)
  }

  /// The sizes of the samples that the file which begins at `first` takes.
  private func plan(from first: Int, _ reader: inout ExportReader) throws -> [Int] {
    let limit = min(options.bytesPerFile, container.byteLimit)
    var sizes: [Int] = []
    var total = container.byteCount([])
    while first + sizes.count < samples.count, sizes.count < options.samplesPerFile ?? Int.max {
      let size = try container.byteCount(try reader.record(first + sizes.count))
      total += size + container.bytesPerSample
      if !sizes.isEmpty, total > limit { break }
      guard total <= container.byteLimit else {
        throw SampleExportError(
          .badData, file: samples.path,
          "sample \(first) needs \(total) bytes, a file of this format has at most \(container.byteLimit)")
      }
      sizes.append(size)
    }
    return sizes
  }

  /// Takes the directory for this export and returns the files of an earlier run of it.
  private func claim() throws -> Set<String> {
    let state = Array(
      """
      \(format.rawValue) \(options.samplesPerFile.map(String.init) ?? "-") \(options.bytesPerFile)
      \(try SHA256Digest.hexadecimal(ofFile: samples.path + "/" + MixtureIndex.fileName))

      """.utf8)
    let marker = directory + "/" + Self.markerName
    try Directory.create(directory)
    let names = Set(try Directory.names(directory))
    let isOurs =
      try names.contains(Self.markerName)
      && SHA256Digest.hexadecimal(ofFile: marker) == SHA256Digest.hexadecimal(of: state)
    let ours = isOurs ? (0..<names.count).map(container.fileName) + [Self.indexName, Self.markerName] : []
    let known = Set(ours + ours.map { $0 + ".partial" } + [Self.markerName + ".partial"])
    if let other = names.subtracting(known).min() ?? (isOurs ? nil : names.first { $0 == Self.markerName }) {
      throw SampleExportError(
        .outputUnavailable, file: directory,
        "the directory already holds other files (`\(other)`); name an empty or a new one")
    }
    if !isOurs { try AtomicFile.write(state, to: marker) }
    return names.intersection(ours)
  }
}
