public import ByteIO
public import TFRecord
internal import Workers

/// A check of the framing and the checksums of many TFRecord files.
public struct RecordScan: Sendable {
  /// What a scan found.
  public struct Report: Sendable {
    public var fileCount = 0
    public var recordCount = 0
    /// The bytes on disk.
    public var byteCount = 0
    /// What is wrong, at most one entry a file, in the order of the files.
    public var failures: [any Failure] = []
  }

  private let files: [String]
  private let verification: RecordVerification
  /// The bytes of all files.
  public let byteCount: Int

  /// Gathers the files at `paths`; directories are searched, with those inside them, for names with `tfrecord`.
  ///
  /// - Throws: `FileError` where a path leads to nothing, `DatasetError` where a directory has no such file.
  public init(_ paths: [String], verification: RecordVerification) throws {
    var files: [String] = []
    for path in paths {
      let found = try Self.files(path)
      guard !found.isEmpty else { throw ScanError(path: path) }
      files += found
    }
    self.files = files
    self.verification = verification
    byteCount = try files.reduce(0) { $0 + (try Directory.status($1).byteCount) }
  }

  private static func files(_ path: String) throws -> [String] {
    guard Directory.entry(path) == .directory else {
      _ = try Directory.status(path)
      return [path]
    }
    var files: [String] = []
    for name in try Directory.names(path) {
      let inside = path + "/" + name
      if Directory.entry(inside) == .directory {
        files += try Self.files(inside)
      } else if name.contains("tfrecord") {
        files.append(inside)
      }
    }
    return files
  }

  /// Reads every file to its end or its first fault.
  ///
  /// `progress` is told how many bytes were read since it was called last.
  public func run(workers: Int, progress: @Sendable @escaping (Int) -> Void) async throws -> Report {
    let reports = Slots<Report>(count: files.count)
    try await forEachIndex(below: files.count, workers: workers) { index in
      var report = Report(fileCount: 1)
      do {
        let file = try RecordFile(files[index], verification: verification)
        report.byteCount = file.byteCount
        var told = 0
        while let record = try file.next() {
          report.recordCount += 1
          if file.compression == .none, record.end - told > 4 << 20 {
            progress(record.end - told)
            told = record.end
          }
        }
        progress(file.byteCount - told)
      } catch let error as any Failure { report.failures = [error] }
      reports[index] = report
    }
    return reports.filled.reduce(into: Report()) { total, report in
      total.fileCount += report.fileCount
      total.recordCount += report.recordCount
      total.byteCount += report.byteCount
      total.failures += report.failures
    }
  }
}

/// A directory without TFRecord files.
struct ScanError: Failure {
  let path: String

  var kind: FailureKind { .inputMissing }
  var description: String { "\(path): no file here has `tfrecord` in its name" }
}
