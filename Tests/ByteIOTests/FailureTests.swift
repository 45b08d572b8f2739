import ByteIO
import Glibc
import Testing

@Suite struct FailureTests {
  @Test func `exit statuses are those of sysexits`() {
    #expect(FailureKind.usage.rawValue == 64)
    #expect(FailureKind.badData.rawValue == 65)
    #expect(FailureKind.inputMissing.rawValue == 66)
    #expect(FailureKind.bug.rawValue == 70)
    #expect(FailureKind.outputUnavailable.rawValue == 73)
    #expect(FailureKind.inputOutput.rawValue == 74)
    #expect(FailureKind.tryAgain.rawValue == 75)
  }

  static let kinds: [(FileError.Operation, Int32, FailureKind)] = [
    (.open, ENOENT, .inputMissing), (.read, EACCES, .inputMissing), (.list, ENOTDIR, .inputMissing),
    (.create, EACCES, .outputUnavailable), (.rename, EISDIR, .outputUnavailable), (.write, ENOSPC, .inputOutput),
    (.write, EDQUOT, .inputOutput), (.read, EIO, .inputOutput), (.open, EMFILE, .tryAgain), (.map, ENOMEM, .tryAgain),
  ]

  @Test(arguments: kinds)
  func `a failed call has its kind`(_ operation: FileError.Operation, _ code: Int32, _ kind: FailureKind) {
    #expect(FileError(path: "/x", operation: operation, code: code).kind == kind)
  }

  @Test func `a full disk and too many files come with a mend`() {
    #expect(
      FileError(path: "/x", operation: .write, code: ENOSPC).description
        == "/x: cannot be written: No space left on device; free some space and run the same command again")
    #expect(FileError(path: "/x", operation: .open, code: EMFILE).description.contains("ulimit -n"))
  }
}
