internal import ByteIO
internal import JSON

/// A file format that samples go into one after another, whose size is known before it is written.
protocol ExportContainer {
  /// The most bytes that a file may have.
  var byteLimit: Int { get }
  /// What a sample adds to its file besides its own bytes.
  var bytesPerSample: Int { get }
  /// What follows the last sample.
  var tail: [UInt8] { get }
  /// The name of file `number`.
  func fileName(_ number: Int) -> String
  /// The size of a sample's own bytes.
  func byteCount(_ record: ExportRecord) throws -> Int
  /// The size of the file with samples of these sizes.
  func byteCount(_ sizes: [Int]) -> Int
  /// What goes before the samples of these sizes.
  func head(_ sizes: [Int]) -> [UInt8]
  /// Writes a sample's own bytes.
  func append(_ record: ExportRecord, to file: AtomicFile) throws
  /// The index of all files.
  func index(_ files: [SampleExport.Report.File]) -> JSONValue
}
