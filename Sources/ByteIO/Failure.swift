/// What kind of failure an error reports, from which a program's exit status follows.
///
/// The numbers are those of BSD's `sysexits.h`.
public enum FailureKind: Int32, Sendable {
  case usage = 64
  case badData = 65
  case inputMissing = 66
  case bug = 70
  case outputUnavailable = 73
  case inputOutput = 74
  case tryAgain = 75
}

/// An error that a person can act on: its `description` is one line that names the file, the
/// place in it and, where there is one, the mend.
public protocol Failure: Error, Sendable, CustomStringConvertible {
  /// What kind of failure this is.
  var kind: FailureKind { get }
}
