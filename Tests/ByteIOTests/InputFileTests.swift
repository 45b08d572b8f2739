import ByteIO
import TestSupport
import Testing

@Suite struct InputFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `any part is read, and less at the end`() throws {
    let file = try InputFile(try directory.write(Array(0..<10), to: "a"))
    #expect(file.byteCount == 10)
    #expect(try file.read(3, at: 2) == [2, 3, 4])
    #expect(try file.read(5, at: 8) == [8, 9])
    #expect(try file.read(.max, at: 0) == Array(0..<10))
    #expect(try file.read(5, at: 10).isEmpty)
    #expect(try file.read(5, at: 1000).isEmpty)
    #expect(try file.read(0, at: 0).isEmpty)
  }

  @Test func `an empty file is read`() throws {
    #expect(try readFile(try directory.write([], to: "a")).isEmpty)
  }

  @Test func `a missing file is reported by its path as missing`() {
    let error = #expect(throws: FileError.self) { try InputFile(directory("none")) }
    #expect(error?.kind == .inputMissing)
    #expect(error?.kind.rawValue == 66)
    #expect(error?.description == "\(directory("none")): cannot be opened: No such file or directory")
  }

  @Test func `a directory is no file`() {
    let error = #expect(throws: FileError.self) { try InputFile(directory.path) }
    #expect(error?.kind == .inputMissing)
    #expect(error?.description == "\(directory.path): cannot be opened: Is a directory")
  }

  @Test func `a file beyond the limit is not read`() throws {
    let path = try directory.write([1, 2, 3], to: "a")
    #expect(try readFile(path, limit: 3) == [1, 2, 3])
    let error = #expect(throws: FileError.self) { try readFile(path, limit: 2) }
    #expect(error?.path == path)
    #expect(error?.description == "\(path): cannot be read: File too large")
  }
}
