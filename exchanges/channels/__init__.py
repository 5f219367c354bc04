"""Ways in and out besides the page: a folder on this machine, SFTP and FTP(S) drop boxes of the bureaus."""
