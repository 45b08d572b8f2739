import ByteIO
import TestSupport
import Testing

@Suite struct DirectoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `entries are told apart`() throws {
    try directory.write([1], to: "a")
    #expect(Directory.entry(directory("a")) == .file)
    #expect(Directory.entry(directory.path) == .directory)
    #expect(Directory.entry(directory("none")) == .missing)
    #expect(Directory.entry(directory("a/b")) == .missing)
  }

  @Test func `names are sorted by their bytes`() throws {
    for name in ["b", "a", "B", "ä", ".hidden", "a10", "a2"] { try directory.write([], to: name) }
    #expect(try Directory.names(directory.path) == [".hidden", "B", "a", "a10", "a2", "b", "ä"])
  }

  @Test func `a missing directory cannot be listed`() {
    let error = #expect(throws: FileError.self) { try Directory.names(directory("none")) }
    #expect(error?.kind == .inputMissing)
    #expect(error?.path == directory("none"))
  }

  @Test func `directories are created with those above`() throws {
    try Directory.create(directory("a/b/c"))
    #expect(Directory.entry(directory("a/b/c")) == .directory)
    try Directory.create(directory("a/b/c"))
    try Directory.create(directory("a/b/d/"))
    #expect(Directory.entry(directory("a/b/d")) == .directory)
  }

  @Test func `a file in the way is reported`() throws {
    try directory.write([], to: "a")
    let error = #expect(throws: FileError.self) { try Directory.create(directory("a/b")) }
    #expect(error?.kind == .outputUnavailable)
    #expect(error?.path.hasPrefix(directory("a")) == true)
  }

  @Test func `trees are removed and links not followed`() throws {
    try Directory.create(directory("a/b"))
    try directory.write([1], to: "a/b/file")
    try directory.write([1], to: "kept")
    try Directory.remove(directory("a"))
    #expect(try Directory.names(directory.path) == ["kept"])
    try Directory.remove(directory("a"))
  }

  @Test func `a move replaces the target and names it when it fails`() throws {
    try directory.write([1], to: "a")
    try directory.write([2], to: "b")
    try Directory.move(directory("a"), to: directory("b"))
    #expect(try readBytes(directory("b")) == [1])
    #expect(try Directory.names(directory.path) == ["b"])
    let error = #expect(throws: FileError.self) { try Directory.move(directory("a"), to: directory("c")) }
    #expect(error?.operation == .rename)
    #expect(error?.path == directory("c"))
  }

  @Test func `status has size and time`() throws {
    let path = try directory.write([1, 2, 3], to: "a")
    let status = try Directory.status(path)
    #expect(status.byteCount == 3)
    #expect(status.modified > 1_600_000_000_000_000_000)
    #expect(throws: FileError.self) { try Directory.status(directory("none")) }
  }

  @Test func `a missing directory cannot be flushed`() {
    #expect(throws: FileError.self) { try Directory.synchronize(directory("none")) }
    #expect(throws: Never.self) { try Directory.synchronize(directory.path) }
  }

  static let paths = [
    ("/a/b", "/a", "b"), ("/a/b/", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b", "a", "b"), ("/", "/", ""),
  ]

  @Test(arguments: paths) func `paths are taken apart`(_ path: String, _ parent: String, _ name: String) {
    #expect(Directory.parent(of: path) == parent)
    #expect(Directory.name(of: path) == name)
  }
}
