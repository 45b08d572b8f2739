import ByteIO
import Glibc
import TestSupport
import Testing

@Suite struct MappedFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `the content is the file's`() throws {
    let path = try directory.write(Array(0..<100), to: "a")
    let file = try MappedFile(path)
    #expect(file.path == path)
    #expect(file.byteCount == 100)
    #expect(file.bytes.array == Array(0..<100))
    #expect(try file.modificationTime == Directory.status(path).modified)
  }

  @Test func `an empty file has no bytes`() throws {
    let file = try MappedFile(try directory.write([], to: "a"))
    #expect(file.byteCount == 0)
    #expect(file.bytes.array == [])
    file.releasePages(0..<10)
  }

  @Test func `bytes outlive the value they come from`() throws {
    let path = try directory.write(Array(0..<100), to: "a")
    var file: MappedFile? = try MappedFile(path)
    let bytes = file?.bytes[10..<12]
    file = nil
    #expect(bytes?.array == [10, 11])
  }

  @Test func `pages that were given back are readable again`() throws {
    let content = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let file = try MappedFile(try directory.write(content, to: "a"))
    #expect(file.bytes.array == content)
    for range in [0..<50_000, -5..<60_000, 5000..<5001, 4096..<8192, 10..<10] {
      file.releasePages(range)
      #expect(file.bytes.array == content)
    }
  }

  @Test func `a missing file is reported by its path as missing`() {
    let error = #expect(throws: FileError.self) { try MappedFile(directory("none")) }
    #expect(error?.kind == .inputMissing)
    #expect(error?.description == "\(directory("none")): cannot be opened: No such file or directory")
  }

  @Test func `what is no regular file is refused and not waited for`() {
    #expect(mkfifo(directory("pipe"), 0o600) == 0)
    for path in [directory.path, directory("pipe"), "/dev/null"] {
      let error = #expect(throws: FileError.self) { try MappedFile(path) }
      #expect(error?.path == path)
      #expect(error?.operation == .open)
    }
  }
}
