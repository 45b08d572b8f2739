import Glibc
import Synchronization

/// Whether the process was asked to end: after SIGTERM or SIGINT, a run ends at its next step.
enum StopRequest {
  private static let isMade = Atomic<Bool>(false)

  /// Listens to the two signals; a second one ends the process at once.
  static func listen() {
    for number in [SIGTERM, SIGINT] {
      signal(number) { number in
        StopRequest.isMade.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  static var isPending: Bool { isMade.load(ordering: .relaxed) }
}
