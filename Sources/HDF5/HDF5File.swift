internal import ByteIO
internal import CHDF5
internal import Synchronization

/// libhdf5 may be called by one thread at a time: whoever calls it holds this.
private let library = Mutex(false)

/// Runs `body` as the only caller of libhdf5.
func exclusively<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try library.withLock { isStarted throws(E) in
    if !isStarted { isStarted = chdf5_start() == 0 }
    chdf5_silence()
    return try body()
  }
}

/// An HDF5 file that is open for reading.
///
/// Links to other files and values stored in other files are refused. Any thread may use it; calls wait for each other.
public final class HDF5File: Sendable {
  public let path: String
  /// The number of bytes in the file.
  public let byteCount: Int
  private let handle: Int64
  /// Whether addresses that the library tells count from the file's first byte: it has no user block.
  let hasPlainAddresses: Bool

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError` where it is missing, `HDF5Error` where it is no HDF5 file or cut short.
  public init(_ path: String) throws {
    _ = try InputFile(path)
    byteCount = try Directory.status(path).byteCount
    let handle = exclusively { unsafe chdf5_open(path) }
    guard handle >= 0 else { throw HDF5Error(.notHDF5, file: path) }
    self.path = path
    self.handle = handle
    hasPlainAddresses = exclusively { chdf5_user_block(handle) } == 0
  }

  deinit { exclusively { _ = H5Fclose(handle) } }

  /// What a path leads to.
  public enum Kind: Sendable { case group, dataset, other }

  /// One entry of a group.
  public struct Entry: Sendable {
    public let name: String
    public let kind: Kind
  }

  /// Returns what lies at `path`, or `nil` where nothing does.
  public func kind(_ path: String) throws(HDF5Error) -> Kind? {
    do { return try withObject(path) { object in Self.kind(object) } } catch {
      if error.reason == .missing { return nil }
      throw error
    }
  }

  /// Returns the entries of the group at `path`, sorted by name.
  public func entries(_ path: String) throws(HDF5Error) -> [Entry] {
    let names = try withObject(path) { (object) throws(HDF5Error) -> [String] in
      let count = chdf5_link_count(object)
      guard count >= 0, count <= byteCount else { throw failure(.unreadable, path) }
      var names: [String] = []
      for index in 0..<UInt64(count) {
        let length = chdf5_link_name(object, index, nil, 0)
        guard length >= 0, length < 1 << 16 else { throw failure(.unreadable, path) }
        unsafe names.append(text(length) { target, size in unsafe Int(chdf5_link_name(object, index, target, size)) })
      }
      return names
    }
    var entries: [Entry] = []
    for name in names {
      entries.append(Entry(name: name, kind: try withObject(Self.join(path, name)) { Self.kind($0) }))
    }
    return entries
  }

  /// Returns the shape and type of the dataset at `path`.
  public func declaration(_ path: String) throws(HDF5Error) -> HDF5Declaration {
    try withObject(path) { (object) throws(HDF5Error) in
      guard Self.kind(object) == .dataset else { throw failure(.content("it is no dataset"), path) }
      return try Reading(object, .dataset, file: self, path: path).declaration
    }
  }

  /// Reads all values of the dataset at `path`.
  ///
  /// Chunks are unpacked outside of the library where their filters are known, and numbers that lie in the file as they are in
  /// memory are a view into it.
  public func values(_ path: String) throws(HDF5Error) -> HDF5Values {
    enum Found { case values(HDF5Values), chunks(ChunkedLayout, HDF5Declaration), mapped(Range<Int>, HDF5Declaration) }
    let found = try withObject(path) { (object) throws(HDF5Error) -> Found in
      guard Self.kind(object) == .dataset else { throw failure(.content("it is no dataset"), path) }
      let reading = try Reading(object, .dataset, file: self, path: path)
      if let layout = try reading.chunks() { return .chunks(layout, reading.declaration) }
      if let extent = try reading.extent() { return .mapped(extent, reading.declaration) }
      return .values(try reading.values())
    }
    switch found {
    case .values(let values): return values
    case .mapped(let extent, let declaration):
      let whole: Bytes
      do { whole = try MappedFile(self.path).bytes } catch { throw failure(.unreadable, path) }
      guard extent.upperBound <= whole.count else { throw failure(.unreadable, path) }
      return HDF5Values(declaration: declaration, content: .numbers(whole[extent]))
    case .chunks(let layout, let declaration):
      return HDF5Values(declaration: declaration, content: .numbers(try layout.read(self, path)))
    }
  }

  /// Reads the attributes of the object at `path`, sorted by name; those of other types are left out.
  public func attributes(_ path: String) throws(HDF5Error) -> [(name: String, values: HDF5Values)] {
    try withObject(path) { (object) throws(HDF5Error) in
      let count = chdf5_attribute_count(object)
      guard count >= 0 else { throw failure(.unreadable, path) }
      var found: [(name: String, values: HDF5Values)] = []
      for index in 0..<UInt64(count) {
        let attribute = chdf5_attribute(object, index)
        guard attribute >= 0 else { throw failure(.unreadable, path) }
        defer { H5Aclose(attribute) }
        let length = Int(H5Aget_name(attribute, 0, nil))
        guard length >= 0, length < 1 << 16 else { throw failure(.unreadable, path) }
        let name = unsafe text(length) { target, size in unsafe Int(H5Aget_name(attribute, size, target)) }
        do throws(HDF5Error) {
          found.append((name, try Reading(attribute, .attribute, file: self, path: path + "@" + name).values()))
        } catch {
          guard case .unsupported = error.reason else { throw error }
        }
      }
      return found
    }
  }

  // MARK: - Objects

  func failure(_ reason: HDF5Error.Reason, _ path: String) -> HDF5Error {
    HDF5Error(reason, file: self.path, path: path)
  }

  static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "/" + name }

  private static func kind(_ object: Int64) -> Kind {
    switch chdf5_kind(object) {
    case 0: .group
    case 1: .dataset
    default: .other
    }
  }

  private func text(_ length: Int, _ fill: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> String {
    let bytes = unsafe [CChar](unsafeUninitializedCapacity: length + 1) { buffer, count in
      _ = unsafe fill(buffer.baseAddress, length + 1)
      count = length
    }
    return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Opens what lies at `path`, link by link, for `body`, under the lock.
  private func withObject<R>(_ path: String, _ body: (Int64) throws(HDF5Error) -> R) throws(HDF5Error) -> R {
    try exclusively { () throws(HDF5Error) in
      let parts = path.split(separator: "/").map(String.init)
      let object = try open(parts, from: [], asked: path, depth: 0)
      defer { H5Oclose(object) }
      return try body(object)
    }
  }

  private func open(
    _ parts: [String], from group: [String], asked: String, depth: Int
  ) throws(HDF5Error) -> Int64 {
    guard depth < 16 else { throw failure(.linkLoop, asked) }
    var object = unsafe chdf5_object(handle, "/")
    var passed: [String] = []
    for (index, part) in (group + parts).enumerated() {
      guard object >= 0 else { throw failure(.unreadable, asked) }
      guard chdf5_kind(object) == 0 else {
        H5Oclose(object)
        throw failure(.missing, asked)
      }
      if part == "." { continue }
      var size = 0
      let link = unsafe chdf5_link(object, part, &size)
      if link == 0 {
        let next = unsafe chdf5_object(object, part)
        H5Oclose(object)
        object = next
        passed.append(part)
        continue
      }
      defer { H5Oclose(object) }
      guard link == 1 else { throw failure(link < 0 ? .missing : .externalLink, asked) }
      guard size > 0, size < 1 << 16 else { throw failure(.unreadable, asked) }
      let target = unsafe text(size - 1) { pointer, room in
        guard let pointer = unsafe pointer else { return 0 }
        return unsafe Int(chdf5_link_target(object, part, pointer, room))
      }
      let rest = target.split(separator: "/").map(String.init) + (group + parts)[(index + 1)...]
      guard !rest.contains("..") else { throw failure(.externalLink, asked) }
      return try open(rest, from: target.hasPrefix("/") ? [] : passed, asked: asked, depth: depth + 1)
    }
    guard object >= 0 else { throw failure(.unreadable, asked) }
    return object
  }
}
