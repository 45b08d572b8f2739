import RLDS
import TestSupport
import Testing

@Test func `the highest version is opened`() throws {
  let dataset = try DatasetDirectory(Repository.fixture("Features/feature_versions"))
  #expect(dataset.info.version == "1.10.0")
}
