public import ByteIO
internal import HDF5
internal import TensorFiles
internal import Workers

/// Reads everything in demonstrations once: every chunk is unpacked, every checksum that the files have is checked.
public struct DemoScan: Sendable {
  /// What a scan found.
  public struct Report: Sendable {
    public var episodeCount = 0
    public var stepCount = 0
    /// The bytes of all values.
    public var valueByteCount = 0
    /// What is wrong, at most one entry an episode, in their order.
    public var failures: [any Failure] = []
  }

  private let episodes: [DemoEpisode]

  /// Gathers the episodes of `dataset`.
  public init(_ dataset: DemoDataset) { episodes = dataset.all }

  /// The number of episodes.
  public var episodeCount: Int { episodes.count }

  /// Reads all episodes with `workers` tasks, each of which holds one dataset at a time; `progress` is told of each episode.
  public func run(workers: Int, progress: @Sendable @escaping (Int) -> Void) async throws -> Report {
    let reports = Slots<Report>(count: episodes.count)
    try await forEachIndex(below: episodes.count, workers: workers) { index in
      var report = Report(episodeCount: 1)
      do {
        report.stepCount = try episodes[index].stepCount()
        report.valueByteCount = try episodes[index].readAll()
      } catch let error as any Failure { report.failures = [error] }
      reports[index] = report
      progress(1)
    }
    return reports.filled.reduce(into: Report()) { total, report in
      total.episodeCount += report.episodeCount
      total.stepCount += report.stepCount
      total.valueByteCount += report.valueByteCount
      total.failures += report.failures
    }
  }
}

extension DemoEpisode {
  /// Reads all its datasets, and returns how many bytes their values have.
  fileprivate func readAll() throws -> Int {
    var count = 0
    for column in try columns().columns where column.attribute == nil && !column.source.isEmpty {
      let values = try file.values(column.source)
      // Values in a mapped file come from disk only when they are looked at.
      if let bytes = values.tensor?.bytes { _ = CRC32C.checksum(bytes) }
      count += values.tensor?.bytes.count ?? values.texts?.reduce(0) { $0 + $1.count } ?? 0
    }
    return count
  }
}
