import Testing
import VLA

@testable import Training

@Suite struct TrainingBatchTests {
  @Test func `texts are padded on the right, and their last tokens are labelled`() {
    var batch = TrainingBatch()
    batch.layOut([[1, 7, 8, 9, 2], [1, 5, 2]], supervised: 2, padding: 99)
    #expect(batch.ids == [1, 7, 8, 9, 2, 1, 5, 2, 99, 99])
    #expect(batch.mask == [1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
    #expect(batch.labels == [[-100, -100, -100, 9, 2], [-100, 5, 2, -100, -100]])
    // Two patches follow the first token. A label at position p of the text is predicted by the row before it:
    // sample 0 begins at row 0, sample 1 at row 7; labels at 3, 4 and at 1, 2 give rows 0 + 2 + 2, 3 and 7 + 2 + 0, 1.
    let rows = batch.rows(patches: 2)
    #expect(rows.rows == [4, 5, 9, 10])
    #expect(rows.targets == [9, 2, 5, 2])
    #expect(rows.samples == [0, 0, 1, 1])
    #expect(batch.count == 2 && batch.byteCount == 8 * (10 + 10 + 20))
  }
}
