"""The command line: aos for people, aoscloud and aoscore for servers."""
