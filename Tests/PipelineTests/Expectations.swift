import ByteIO
import TestSupport
import Testing

/// Expects that a run succeeded and said nothing on standard error.
func expectDone(_ outcome: Program.Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(outcome.ending == .status(0), "\(outcome.complaint)", sourceLocation: sourceLocation)
  #expect(outcome.complaint == "", sourceLocation: sourceLocation)
}

/// Expects that a run ended with `status` and one line on standard error that has each of `parts`, in bounded memory.
func expectRefusal(
  _ outcome: Program.Outcome, _ status: Int32, _ parts: String..., memoryLimit: Int = 400 << 20,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.ending == .status(status), "\(outcome.complaint)", sourceLocation: sourceLocation)
  #expect(outcome.output == "", sourceLocation: sourceLocation)
  #expect(outcome.complaints.count == 1, "\(outcome.complaint)", sourceLocation: sourceLocation)
  for part in parts {
    #expect(outcome.complaint.contains(part), "\(outcome.complaint)", sourceLocation: sourceLocation)
  }
  #expect(outcome.peakByteCount < memoryLimit, sourceLocation: sourceLocation)
}

/// The digest of every file below `directory` by its name.
func digests(_ directory: String) throws -> [String: String] {
  var found: [String: String] = [:]
  for name in try Directory.names(directory) {
    let path = directory + "/" + name
    if Directory.entry(path) == .directory {
      for (inner, digest) in try digests(path) { found[name + "/" + inner] = digest }
    } else {
      found[name] = try SHA256Digest.hexadecimal(ofFile: path)
    }
  }
  return found
}
