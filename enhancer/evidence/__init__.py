"""How far a result can be trusted, measured on the user's own picture and said in plain words."""
