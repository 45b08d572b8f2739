import ByteIO
import Testing

@Test func `exit statuses are those of sysexits`() {
  #expect(FailureKind.badData.rawValue == 65)
  #expect(FailureKind.inputOutput.rawValue == 74)
}
