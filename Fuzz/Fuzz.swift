import Glibc

/// What libFuzzer calls with one input; the surface is that of `FUZZ_TARGET`.
///
/// Typed errors are what malformed bytes should give, and are passed over. Anything else ends the process: a trap, a bad access, a
/// leak, a failed expectation.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
  surface(bytes)
  return 0
}

private let surface: @Sendable ([UInt8]) -> Void = {
  let surfaces: [String: @Sendable ([UInt8]) -> Void] = [
    "records": readRecords, "example": readExample, "features": readFeatures, "safetensors": readTensors,
    "demos": readDemonstration, "manifest": readManifest,
  ]
  let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let surface = surfaces[name] else {
    fatalError("FUZZ_TARGET is `\(name)`; give one of \(surfaces.keys.sorted().joined(separator: ", "))")
  }
  return surface
}()

/// Where inputs go that are read from a file.
private let directory: String = {
  var template = Array("/dev/shm/armature-fuzz-XXXXXX".utf8CString)
  guard unsafe mkdtemp(&template) != nil else { fatalError("no folder for inputs in /dev/shm") }
  let path = template.dropLast().map { UInt8(bitPattern: $0) }
  let text = String(decoding: path, as: UTF8.self)
  atexit { removeInputs() }
  return text
}()

private func removeInputs() {
  for name in ["input.safetensors", "dataset_info.json", "turn_it_on_demo.hdf5"] {
    unsafe unlink(directory + "/" + name)
  }
  unsafe rmdir(directory)
}

/// The path of a file called `name` that holds `bytes`.
func file(_ name: String, _ bytes: [UInt8]) -> String {
  let path = directory + "/" + name
  guard let file = unsafe fopen(path, "wb") else { fatalError("\(path) cannot be written") }
  defer { unsafe fclose(file) }
  guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count else { fatalError("\(path) cannot be written") }
  return path
}

/// The contents of a file of this package, by its path below `Fuzz`.
func resource(_ name: String) -> [UInt8] {
  let path =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/" + name
  guard let file = unsafe fopen(path, "rb") else { fatalError("\(path) cannot be read") }
  defer { unsafe fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  let count = unsafe fread(&bytes, 1, bytes.count, file)
  return Array(bytes[..<count])
}
