"""Videos, frame by frame: read and written by FFmpeg's libraries, enhanced by any task or by networks that remember.

Only `film` and `reel` import those libraries; for what strangers send, both run in a process apart.
"""
