"""What every job needs: its log, tables on disk, the sources of the library."""
