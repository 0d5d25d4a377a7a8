"""One tracker each, behind the port in syncing.tracker."""
