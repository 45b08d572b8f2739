import ByteIO
import Curation
import TestSupport
import Testing

@Suite struct CheckCatalogTests {
  @Test func `ids are unique kebab case and every check is told in full`() {
    let checks = CheckCatalog.all
    #expect(checks.count >= 50 && Set(checks.map(\.id)).count == checks.count)
    for check in checks {
      #expect(check.id.allSatisfy { $0.isLowercase || $0 == "-" }, "\(check.id)")
      #expect(check.meaning.hasSuffix(".") && check.mechanism.hasSuffix(".") && !check.title.hasSuffix("."))
      #expect(!check.threshold.source.isEmpty && !check.threshold.unit.isEmpty && check.threshold.value.isFinite)
    }
  }

  @Test func `the page of checks is the one in docs`() throws {
    let page = String(decoding: try readBytes(Repository.root + "/docs/checks.md"), as: UTF8.self)
    #expect(page == ChecksPage.markdown)
  }

  @Test func `a check of another name is refused with the nearest one`() {
    #expect(throws: CurationError(.usage, "there is no check `non-finit`; did you mean `non-finite`")) {
      try CheckSelection(["non-finit"])
    }
  }
}
