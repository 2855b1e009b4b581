package dev.winnow.models.hub;

import java.nio.file.Path;

/** A kind of MODEL; implementations register with {@code @AutoService} and have no state. */
public interface ModelSource {

  /** What its MODEL strings look like and mean, for help and errors, in one line. */
  String syntax();

  /**
   * Place in the order in which sources are asked, lowest first: 0 for local paths, 10 for a prefix
   * such as {@code pypi:}, 20 for what only has a form.
   */
  default int order() {
    return 10;
  }

  /** Whether the string is meant for this source; must be quick and use no network. */
  boolean recognises(String model);

  /**
   * The folder or file of the checkpoint, fetched when absent and allowed.
   *
   * @throws dev.winnow.models.CheckpointException if it cannot be had
   */
  Path locate(String model, ModelRequest request);
}
